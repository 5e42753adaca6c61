"""What watching costs: what a step takes with a watch more than without, over the latter; median and 95 % interval.

On the CPU a step with follows a step without, by turns: of each of ten in a row, as what is due differs among them, the median
difference of all tens, and the mean of these ten. On a GPU ten steps by ten, as the device is waited for at their end, as a loop
does that logs. On a machine that does other things too, cpuRatio says more: the processor time of all threads of the process,
where that of a spool's thread counts for its own run, whenever it comes.

python3 overhead.py [--device cuda] [--layers 12 --width 768 --heads 12 --batch 16 --context 1024 --vocabulary 50304]
                    [--dtype bfloat16] [--compile] [--steps 60] [--threads 1]
"""

import argparse, contextlib, glob, importlib.util, json, math, os, random, sqlite3, statistics, sys, tempfile, time

import torch
import torch.nn as nn
import torch.nn.functional as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import observatory_torch


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.n_head = heads
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (y.view(b, t, self.n_head, c // self.n_head).transpose(1, 2) for y in self.c_attn(x).split(c, dim=2))
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            mask = torch.ones(t, t, dtype=torch.bool, device=x.device).tril()
            y = (q @ k.transpose(-2, -1) / math.sqrt(c // self.n_head)).masked_fill(~mask, -math.inf).softmax(-1) @ v
        return self.c_proj(y.transpose(1, 2).reshape(b, t, c))


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(width), Attention(width, heads)
        self.ln_2, self.mlp = nn.LayerNorm(width), Mlp(width)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(o.vocabulary, o.width), nn.Embedding(o.context, o.width)
        self.h = nn.ModuleList(Block(o.width, o.heads) for _ in range(o.layers))
        self.ln_f, self.lm_head = nn.LayerNorm(o.width), nn.Linear(o.width, o.vocabulary, bias=False)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1], device=tokens.device))
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


def classes_of_its_own():
    """This file once more: what a compiler makes of code it keeps with the code, and goes through all of it in each step."""
    specification = importlib.util.spec_from_file_location("again", __file__)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


class Run:
    """A model in training, watched or not."""

    def __init__(self, options, probes, spool):
        torch.manual_seed(1)
        self.options = options
        self.model = classes_of_its_own().Gpt(options).to(options.device)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4)
        self.watch = observatory_torch.watch(self.model, self.optimizer, probes=probes, spool=spool, budget=1.0) if probes else None
        self.forward = torch.compile(self.model) if options.compile else self.model
        Run.all.append(self)

    def some(self, batches):
        """Seconds of some steps, and seconds of the processor but those of spools' threads."""
        synchronise(self.options.device)
        spools = Run.spooling()
        began, cpu = time.perf_counter(), time.process_time()
        for tokens in batches:
            self.step(tokens)
        synchronise(self.options.device)
        return time.perf_counter() - began, time.process_time() - cpu - (Run.spooling() - spools)

    all = []

    @staticmethod
    def spooling():
        return sum(run.spool_seconds() for run in Run.all)

    def spool_seconds(self):
        """Seconds of the processor that the thread of the spool has taken."""
        return 0.0 if self.watch is None else time.clock_gettime(time.pthread_getcpuclockid(self.watch._spool.thread.ident))

    def step(self, tokens):
        o = self.options
        self.optimizer.zero_grad()
        low = o.dtype != "float32"
        with torch.autocast(o.device, dtype=getattr(torch, o.dtype)) if low else contextlib.nullcontext():
            logits = self.forward(tokens[:, :-1])
        loss = F.cross_entropy(logits.float().reshape(-1, o.vocabulary), tokens[:, 1:].reshape(-1))
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        if self.watch is not None:
            self.watch.step(loss=loss, gradient_norm=norm)


def synchronise(device):
    if device == "cuda":
        torch.cuda.synchronize()


def observer_seconds(spool, watch):
    """What the watch itself says it took of the training thread, a step in the mean."""
    said = []
    for file in glob.glob(os.path.join(spool, watch._origin["writer"], "*.spool")):
        with contextlib.closing(sqlite3.connect(file)) as database:
            frames = [json.loads(body) for body, in database.execute("SELECT body FROM item WHERE kind = 1")]
        said += [frame["scalars"]["observer_seconds"] for frame in frames if frame["step"] > 10]
    return statistics.mean(said)


def median_of_tens(differences):
    """The mean, over the places in ten steps, of the median of the differences at each: (tens, places)."""
    return statistics.mean(statistics.median(place) for place in zip(*differences))


def interval(more, without, also=0.0, resamples=1000):
    """What ten steps take more over what they take without, and its 95 % bootstrap interval over the tens; `also`: more a step."""
    generator, numbers = random.Random(1), range(len(more))
    ratio = lambda some: (median_of_tens([more[i] for i in some]) + also) / median_of_tens([without[i] for i in some])
    several = sorted(ratio(generator.choices(numbers, k=len(more))) for _ in range(resamples))
    return [round(x, 4) for x in (ratio(numbers), several[int(0.025 * resamples)], several[int(0.975 * resamples)])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in dict(layers=6, width=384, heads=6, batch=12, context=64, vocabulary=256, steps=60).items():
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--threads", type=int, help="of PyTorch on the CPU")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    where = torch.cuda.get_device_name() if options.device == "cuda" else "CPU, %d threads" % torch.get_num_threads()
    print("torch %s on %s, %s" % (torch.__version__, where, vars(options)), file=sys.stderr)
    at_once = 10 if options.device == "cuda" else 1
    with tempfile.TemporaryDirectory() as spool:
        runs = {probes: Run(options, probes, spool) for probes in (None, "continuous", "profile")}
        tens, spooled = {probes: [] for probes in runs}, {}
        for ten in range(options.steps // 10 + 2):
            if ten == 2:  # warm by then, and a sparse step has been seen
                graphs = compiled_graphs()
                spooled = {probes: run.spool_seconds() for probes, run in runs.items()}
            taken = {probes: [] for probes in runs}
            for turn in range(10 // at_once):
                batches = [torch.randint(0, options.vocabulary, (options.batch, options.context + 1), device=options.device) for _ in range(at_once)]
                order = list(runs.items())
                first = (ten + turn) % 3
                for probes, run in order[first:] + order[:first]:
                    taken[probes].append([seconds / at_once for seconds in run.some(batches)])
            if ten > 1:
                for probes in runs:
                    tens[probes].append(taken[probes])
        more = lambda probes, kind: [[a[kind] - b[kind] for a, b in zip(*both)] for both in zip(tens[probes], tens[None])]
        without = [[[step[kind] for step in ten] for ten in tens[None]] for kind in (0, 1)]
        for probes, run in runs.items():
            if probes:
                spooling = (run.spool_seconds() - spooled[probes]) / (10 * len(tens[None]))
                ratio, *wall = interval(more(probes, 0), without[0])
                cpu, *processor = interval(more(probes, 1), without[1], spooling)
                run.watch.close()
                print(json.dumps({"pack": probes, "overheadRatio": ratio, "interval": wall, "cpuRatio": cpu, "cpuInterval": processor,
                                  "stepMillis": round(1e3 * median_of_tens(without[0]), 2),
                                  "stepCpuMillis": round(1e3 * median_of_tens(without[1]), 2),
                                  "observerMillis": round(1e3 * observer_seconds(spool, run.watch), 3),
                                  "spoolCpuMillis": round(1e3 * spooling, 3), "graphsAfterWarmUp": compiled_graphs() - graphs,
                                  "trouble": run.watch.trouble()}))  # fmt: skip


def compiled_graphs():
    """How many graphs have been compiled, of the same code once more too."""
    utils = sys.modules.get("torch._dynamo.utils")
    return utils.counters["stats"]["unique_graphs"] if utils is not None else 0


if __name__ == "__main__":
    main()
