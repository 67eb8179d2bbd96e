"""Questions with answers to choose from, beside those of the chapters."""

from coursework.bank import Choice

CHOICES = (
    Choice(
        1,
        "What does the hidden state of a recurrent network depend on, at step 5?",
        {
            "On the input of step 5 alone": "Then the network would have no memory.",
            "On the inputs of steps 1 to 5": "Yes. Each state is computed from the one before it.",
            "On all inputs, also the later ones": "It has not read them yet.",
        },
    ),
    Choice(
        1,
        "The recurrent matrix U of a network is set to zero. What is left?",
        {
            "A network that forgets slowly": "It forgets at once: the last state is not read.",
            "A network that reads each input alone": "Yes. Each output depends on its own input.",
            "A network that gives zeros": "The input still goes through W and the bias.",
        },
    ),
    Choice(
        1,
        "A network was trained on sequences of 20 items. Can it be run on 200?",
        {
            "No, it has only 20 modules": "The modules are one network, drawn 20 times.",
            "Yes, with ten times the weights": "The number of weights does not change.",
            "It runs, with the same weights": "Yes. Whether it is good at it is another question.",
        },
    ),
    Choice(
        1,
        "Why is there a tanh around the sum?",
        {
            "It keeps each number of the state between −1 and 1": "Yes. And it makes the step "
            "more than one large matrix.",
            "It makes the sum zero": "Only a sum of zero gives zero.",
            "It chooses which input is read": "All inputs are read; gates come in chapter 3.",
        },
    ),
    Choice(
        1,
        "A translation is begun after the whole sentence was read. Which shape is this?",
        {
            "Many to one": "There are many outputs: one for each word of the translation.",
            "Many to many, delayed": "Yes. First inputs are read, then outputs are used.",
            "Many to many, aligned": "Then each word would be translated before the next is read.",
        },
    ),
    Choice(
        2,
        "The gradient is multiplied by 0.5 at each step. How much is left after ten steps?",
        {
            "A twentieth": "The factors multiply; they are not added.",
            "About a thousandth": "Yes. It is 1/1024.",
            "Half": "That is left after one step.",
        },
    ),
    Choice(
        2,
        "A latch, one tanh unit with u = 2, holds a 1 for ever. Why then is it hard to learn?",
        {
            "Where it holds, the slope is small, and the gradient vanishes": "Yes. Storing well "
            "and passing a gradient are opposite wishes there.",
            "The unit cannot represent it": "It can: the weights were set by hand.",
            "It needs more units": "One unit stores one bit.",
        },
    ),
    Choice(
        2,
        "What does the spectral radius of U say?",
        {
            "By how much one step can stretch a vector at most": "That is the largest singular "
            "value.",
            "By about how much a step changes the length in the long run": "Yes. It is the size of "
            "the largest eigenvalue.",
            "How many units are used": "It is a factor, not a number of units.",
        },
    ),
    Choice(
        2,
        "Why does an orthogonal U help at the start of training?",
        {
            "It changes the length of no vector": "Yes. Only the slopes of the tanh shorten the "
            "gradient then.",
            "It makes all weights equal": "Its rows differ from one another.",
            "It has no zeros": "It may have zeros: the identity is orthogonal.",
        },
    ),
    Choice(
        2,
        "All steps share W. What is its gradient?",
        {
            "The gradient at the last step": "The earlier steps used it too.",
            "The sum of one part for each step": "Yes. And the parts may differ in size by many "
            "orders of magnitude.",
            "The product of one part for each step": "Along a road factors multiply; where roads "
            "meet, they add.",
        },
    ),
    Choice(
        2,
        "A network with a gap of 100 guesses at chance after training. What have you shown?",
        {
            "That it cannot store the key": "Weights set by hand may still do it.",
            "That training did not find weights that store it": "Yes. Capacity is something else.",
            "That the task has no solution": "The answer stands in the sequence.",
        },
    ),
    Choice(
        3,
        "What does an LSTM have that a plain recurrent network does not?",
        {
            "A second kind of state, the cell state": "Yes. It is changed by a product and a sum.",
            "A weight for each step": "Its weights are shared by all steps as well.",
            "A view of later inputs": "That is a network in both directions.",
        },
    ),
    Choice(
        3,
        "How many layers with weights are in one LSTM module?",
        {
            "One": "That is a plain recurrent network.",
            "Three": "There are three gates, and the candidate beside them.",
            "Four": "Yes. Three gates and the candidate.",
        },
    ),
    Choice(
        3,
        "What flows along the top line of the drawing of an LSTM?",
        {
            "The hidden state": "That leaves at the bottom and goes to the next module's layers.",
            "The cell state": "Yes. Only a product and a sum lie on its way.",
            "The input": "It comes from below.",
        },
    ),
    Choice(
        3,
        "What does a forget bias of 3 change at the start of training?",
        {
            "The forget gates stand at about 0.95": "Yes. A gap of some 14 steps leaves a half.",
            "The forget gates stand at about 0.05": "A positive bias opens the gate: open keeps.",
            "Nothing, since training sets the bias": "What is learned depends on the start.",
        },
    ),
    Choice(
        3,
        "In a drawing of an LSTM a circle with a product sign stands for …",
        {
            "a matrix product": "Matrices are in the layers, which are boxes.",
            "a product number by number": "Yes. Each unit has its own.",
            "a sum": "That is the circle with a plus.",
        },
    ),
    Choice(
        3,
        "An LSTM has 3 inputs and 4 units. What is the shape of its cell state for one sequence?",
        {
            "3 numbers": "The state has a number for each unit.",
            "4 numbers": "Yes. One for each unit, as the hidden state has.",
            "16 numbers": "That is the size of one of its matrices U.",
        },
    ),
    Choice(
        4,
        "The forget gate is 1 and the input gate is 0 for twenty steps. What becomes of C?",
        {
            "It goes to zero": "A forget gate of 1 keeps everything.",
            "It stays exactly as it is": "Yes. Times 1, plus 0.",
            "It goes to 1": "Nothing is added.",
        },
    ),
    Choice(
        4,
        "Which two gates replace the memory of a unit by a new value in one step?",
        {
            "Forget gate 0, input gate 1": "Yes. The old value is dropped, the candidate written.",
            "Forget gate 1, input gate 1": "Then the candidate is added to the old value.",
            "Forget gate 0, output gate 1": "What is written depends on the input gate.",
        },
    ),
    Choice(
        4,
        "Why do gates have a sigmoid and the candidate a tanh?",
        {
            "A share lies between 0 and 1, a value may be negative": "Yes. A gate scales; the "
            "candidate says what.",
            "The tanh is faster": "Speed is not the reason.",
            "The sigmoid is always steeper": "At 0 its slope is a quarter, that of the tanh is 1.",
        },
    ),
    Choice(
        4,
        "A unit's output gate is shut at step 7. What happens to its memory?",
        {
            "It is lost": "The output gate decides about showing, not keeping.",
            "It stays, and is not shown at step 7": "Yes. h is about 0, and C is as before.",
            "It is halved": "Only the forget gate scales the memory.",
        },
    ),
    Choice(
        4,
        "A memory has a half-life of 10 steps. How much is left after 30?",
        {
            "An eighth": "Yes. It is halved three times.",
            "A third": "It is halved every ten steps, not divided by their number.",
            "Nothing": "It never reaches zero.",
        },
    ),
    Choice(
        4,
        "A tanh unit with U = 1 and no gate is to keep 0.8 for twenty steps. Why does it fail?",
        {
            "U is too small": "A larger U makes all positive memories end at one value.",
            "Each tanh takes a little away": "Yes. After twenty steps 0.26 is left.",
            "It needs a bias": "A bias moves the memory elsewhere.",
        },
    ),
    Choice(
        4,
        "Forget gate 0.9 and input gate 0.9 with a candidate of 1, at every step: where does C go?",
        {
            "To 9": "Yes. There 0.9 · 9 + 0.9 = 9.",
            "To 1": "C is a sum, not an average: gates need not add up to 1.",
            "To infinity": "Each step also takes a tenth away.",
        },
    ),
    Choice(
        5,
        "In which order does one step of an LSTM compute?",
        {
            "h, then C, then the gates": "h is computed from the new C, which needs the gates.",
            "Forget and input, then C, then h": "Yes. The tanh of the new C goes into h.",
            "C, then the gates, then h": "C needs the forget and the input gate first.",
        },
    ),
    Choice(
        5,
        "Which of the six equations reads the old cell state?",
        {
            "The one of the forget gate": "It reads x and h; peepholes would be needed.",
            "The one of the new cell state": "Yes. It is the only one.",
            "All of them": "The four layers read x and h alone.",
        },
    ),
    Choice(
        5,
        "“The girl near the trees sings.” What must the unit for the plural do at “trees”?",
        {
            "Write plural": "Then the verb would be “sing”.",
            "Keep its input gate shut": "Yes. The candidate may say plural; it is not written.",
            "Shut its forget gate": "Then the girl would be forgotten.",
        },
    ),
    Choice(
        5,
        "The essay multiplies one matrix W by [h, x]. How does that relate to W x + U h?",
        {
            "It is the same, with U and W side by side": "Yes. One product instead of two.",
            "It has fewer weights": "The numbers are as many.",
            "It needs h and x of equal size": "They are put end to end, whatever their sizes.",
        },
    ),
    Choice(
        5,
        "PyTorch's nn.LSTM has two biases for each layer. What do you do to compare with one?",
        {
            "Use the first": "The second is added as well.",
            "Add them": "Yes. Both are added to the same sum.",
            "Multiply them": "They stand in a sum.",
        },
    ),
    Choice(
        6,
        "How does the gradient get from step 10 to step 9 of an LSTM?",
        {
            "On one road, along the cell state": "There is also the one through h and the layers.",
            "On two: along the cell state, and through the hidden state": "Yes. They add.",
            "It does not; each step is trained alone": "The state connects the steps.",
        },
    ),
    Choice(
        6,
        "What is the factor on the road along the cell state, for one step?",
        {
            "The forget gate": "Yes. No matrix and no tanh lies on it.",
            "The matrix U": "That is on the road through the hidden state.",
            "The slope of the sigmoid": "That is where the gradient leaves for a gate.",
        },
    ),
    Choice(
        6,
        "What does clipping by norm do to a gradient that is too long?",
        {
            "It keeps its direction and shortens it": "Yes. All arrays get the same factor.",
            "It sets its large numbers to a limit": "That is clipping by value: the direction "
            "changes.",
            "It leaves the update out": "It is made, only shorter.",
        },
    ),
    Choice(
        6,
        "A text is read in pieces of 35 letters. What goes on from piece to piece?",
        {
            "The state": "Yes. Its value goes on; the gradient does not.",
            "The gradient": "It is cut at the beginning of each piece.",
            "Nothing": "Then each piece would begin without a memory.",
        },
    ),
    Choice(
        6,
        "The loss on training data falls, the one on validation data rises. What do you keep?",
        {
            "The last weights": "They have begun to learn the training data by heart.",
            "The weights with the best validation loss": "Yes. And then you stop.",
            "The first weights": "The early ones had not learned yet.",
        },
    ),
    Choice(
        6,
        "How do you check a gradient that you derived by hand?",
        {
            "Change each weight a little; look at the loss": "Yes. It is slow, and right.",
            "Train, and see whether the loss falls": "It may fall with a wrong gradient as well.",
            "Compare it with the gradient of another network": "That one is another function.",
        },
    ),
    Choice(
        7,
        "What does a peephole let a gate see?",
        {
            "The cell state of its own unit": "Yes. Times one weight.",
            "The cell states of all units": "That would be a matrix; a peephole is one number.",
            "The next input": "No gate sees what was not read.",
        },
    ),
    Choice(
        7,
        "Which cell state does the output gate's peephole see?",
        {
            "The old one": "Forget and input gate see that.",
            "The new one": "Yes. It is computed before the output gate.",
            "Their mean": "There is one cell state at a time.",
        },
    ),
    Choice(
        7,
        "In an LSTM with coupled gates, f is …",
        {
            "equal to i": "Then it would write and keep at once.",
            "1 − i": "Yes. It forgets as much as it writes.",
            "always 1": "Then it could only add.",
        },
    ),
    Choice(
        7,
        "Why can a GRU not count to 100, one up at each event?",
        {
            "Its state is an average of values between −1 and 1": "Yes. So it stays there.",
            "It has too few weights": "With any number of weights the state stays in bounds.",
            "It has no gates": "It has two.",
        },
    ),
    Choice(
        7,
        "What is the difference between the paper's GRU and nn.GRU, beside the direction of z?",
        {
            "The reset gate stands before the matrix, or after it": "Yes. With two units or more "
            "these are two functions.",
            "One has a cell state": "Both have one state.",
            "The order of the sequence": "Both read it from the first step.",
        },
    ),
    Choice(
        7,
        "Compared with an LSTM of as many units and inputs, a GRU has …",
        {
            "a quarter fewer weights": "Yes. Three layers instead of four.",
            "half as many": "It has three layers, not two.",
            "as many": "It has one layer less.",
        },
    ),
    Choice(
        7,
        "Two cells are to be compared fairly. Which of these has to be chosen for each by itself?",
        {
            "The learning rate": "Yes. On seeds that are used for nothing else.",
            "The number of updates": "A budget is what is held equal.",
            "The sequences": "Both have to read the same.",
        },
    ),
)
