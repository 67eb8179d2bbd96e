// The library's equations, computed in the browser: `graph` is what equations.javascript wrote, and
// `compute` has the operations.

// Every value of the graph by name, from the values of its inputs by name.
function evaluate(graph, inputs) {
  const results = [];
  for (const [op, ...args] of graph.tape) {
    if (op === "input") results.push(inputs[args[0]]);
    else if (op === "const") results.push(args[0]);
    else results.push(compute[op](...args.map((k) => results[k])));
  }
  return Object.fromEntries(Object.entries(graph.names).map(([name, k]) => [name, results[k]]));
}
