"""llama.cpp's server on a free port, with the weights that a package brings: prints its address, and
serves until its input ends. Arguments: the package, the model's name, tokens of its context."""

import importlib.util
import pathlib
import sys

import xllamacpp

package, name, context = sys.argv[1:]
# Looked up, not imported: its code is for another program.
folder = pathlib.Path(importlib.util.find_spec(package).origin).parent
weights = next(folder.glob("*.gguf"))

params = xllamacpp.CommonParams()
params.model.path = str(weights)
params.model_alias = {name}
params.n_ctx = int(context)
params.cpuparams.n_threads = 2
params.cpuparams_batch.n_threads = 2
# It does not know when it has said enough; what is whole of an answer that is cut off is kept.
params.n_predict = 2500
# The same again in the next run; and so small a model says the same for ever, if it is let.
params.sampling.seed = 7
params.sampling.temp = 0.2
params.sampling.penalty_repeat = 1.1
params.sampling.dry_multiplier = 0.8

server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
