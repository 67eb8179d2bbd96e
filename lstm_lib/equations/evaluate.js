// The library's equations, computed in the browser: `graph` is what emit.javascript wrote.

const compute = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  matmul: (a, b) => a * b,
  div: (a, b) => a / b,
  outer: (a, b) => a * b,
  inner: (a, b) => a * b,
  per_root: (a) => a,
  neg: (a) => -a,
  abs: Math.abs,
  sign: Math.sign,
  max: Math.max,
  larger: (a, b) => (Math.sign(a - b) + 1) / 2,
  exp: Math.exp,
  // The exponent is never positive, as in functions.py: nothing overflows.
  sigmoid: (a) => (a < 0 ? Math.exp(a) : 1) / (1 + Math.exp(-Math.abs(a))),
  log_sigmoid: (a) => Math.min(a, 0) - Math.log1p(Math.exp(-Math.abs(a))),
  tanh: Math.tanh,
  relu: (a) => Math.max(a, 0),
};

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
