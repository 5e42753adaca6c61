"""What watching costs: the time of ten steps with a watch over that of ten without, both in turn; median and interval.

Ten steps hold what is due at every tenth. The device is waited for at the end of the ten, as a loop does that logs. On a
machine that does other things too, cpuRatio says more: the processor time of all threads of the process.

python3 overhead.py [--device cuda] [--layers 12 --width 768 --heads 12 --batch 16 --context 1024 --vocabulary 50304]
                    [--dtype bfloat16] [--compile] [--steps 60]
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

    def ten(self, batches):
        """Seconds of ten steps, and seconds of the processor."""
        synchronise(self.options.device)
        began, cpu = time.perf_counter(), time.process_time()
        for tokens in batches:
            self.step(tokens)
        synchronise(self.options.device)
        return time.perf_counter() - began, time.process_time() - cpu

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


def interval(ratios, resamples=2000):
    """The median and its 95 % bootstrap interval."""
    generator = random.Random(1)
    medians = sorted(statistics.median(generator.choices(ratios, k=len(ratios))) for _ in range(resamples))
    return statistics.median(ratios), medians[int(0.025 * resamples)], medians[int(0.975 * resamples)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in dict(layers=6, width=384, heads=6, batch=12, context=64, vocabulary=256, steps=60).items():
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    where = torch.cuda.get_device_name() if options.device == "cuda" else "CPU, %d threads" % torch.get_num_threads()
    print("torch %s on %s, %s" % (torch.__version__, where, vars(options)), file=sys.stderr)
    with tempfile.TemporaryDirectory() as spool:
        runs = {probes: Run(options, probes, spool) for probes in (None, "continuous", "profile")}
        tens = {probes: [] for probes in runs}
        for ten in range(options.steps // 10 + 2):
            batches = [torch.randint(0, options.vocabulary, (options.batch, options.context + 1), device=options.device) for _ in range(10)]
            order = list(runs.items())
            for probes, run in order[ten % 3 :] + order[: ten % 3]:
                taken = run.ten(batches)
                if ten > 1:  # warm by then, and a sparse step has been seen
                    tens[probes].append(taken)
        for probes, run in runs.items():
            if probes:
                ratio, low, high = interval([a / b - 1 for (a, _), (b, _) in zip(tens[probes], tens[None])])
                cpu, cpu_low, cpu_high = interval([a / b - 1 for (_, a), (_, b) in zip(tens[probes], tens[None])])
                run.watch.close()
                print(json.dumps({"pack": probes, "overheadRatio": round(ratio, 4), "interval": [round(low, 4), round(high, 4)],
                                  "cpuRatio": round(cpu, 4), "cpuInterval": [round(cpu_low, 4), round(cpu_high, 4)],
                                  "stepMillis": round(1e2 * statistics.median(a for a, _ in tens[None]), 2),
                                  "observerMillis": round(1e3 * observer_seconds(spool, run.watch), 3),
                                  "trouble": run.watch.trouble()}))  # fmt: skip


if __name__ == "__main__":
    main()
