"""Tests of observatory_torch with real PyTorch on the CPU: python3 -m unittest, in this folder."""

import collections, contextlib, copy, gc, glob, importlib.util, io, json, math, os, resource, shutil, sqlite3, subprocess, sys, tempfile, threading, time, types, unittest, weakref, zlib
from unittest import mock

import torch
import torch.nn as nn
import torch.nn.functional as F

import observatory_torch

HEADS, WIDTH, LAYERS, VOCABULARY, CONTEXT, BATCH = 2, 32, 3, 61, 24, 4


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.n_head = HEADS
        self.c_attn, self.c_proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (y.view(b, t, HEADS, c // HEADS).transpose(1, 2) for y in self.c_attn(x).split(WIDTH, dim=2))
        logits = (q @ k.transpose(-2, -1)) / math.sqrt(c // HEADS)
        logits = logits.masked_fill(torch.ones(t, t, device=x.device).tril() == 0, -math.inf)
        return self.c_proj((logits.softmax(-1) @ v).transpose(1, 2).reshape(b, t, c))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.c_fc, self.c_proj = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.attn, self.ln_2, self.mlp = nn.LayerNorm(WIDTH), Attention(), nn.LayerNorm(WIDTH), Mlp()

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    """The shape of nanoGPT, small."""

    def __init__(self):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(VOCABULARY, WIDTH), "wpe": nn.Embedding(CONTEXT, WIDTH),
            "h": nn.ModuleList(Block() for _ in range(LAYERS)), "ln_f": nn.LayerNorm(WIDTH),
        })  # fmt: skip
        self.lm_head = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight  # tied

    def forward(self, tokens):
        t = self.transformer
        x = t["wte"](tokens) + t["wpe"](torch.arange(tokens.shape[1], device=tokens.device))
        for block in t["h"]:
            x = block(x)
        return self.lm_head(t["ln_f"](x))


def make(seed=7):
    torch.manual_seed(seed)
    model = Gpt()
    return model, torch.optim.AdamW(model.parameters(), lr=1e-3)


def tokens(step, rows=BATCH):
    generator = torch.Generator().manual_seed(1000 + step)
    return torch.randint(0, VOCABULARY, (rows, CONTEXT + 1), generator=generator)


def loss_of(model, batch):
    return F.cross_entropy(model(batch[:, :-1]).reshape(-1, VOCABULARY), batch[:, 1:].reshape(-1))


def train(model, optimizer, steps, watch=None):
    for step in range(1, steps + 1):
        optimizer.zero_grad()
        loss = loss_of(model, tokens(step))
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if watch is not None:
            watch.step(loss=loss, gradient_norm=norm)


def spooled(folder):
    """Every document under a folder of spools, in order, its checksum checked."""
    documents = []
    for file in sorted(glob.glob(os.path.join(folder, "*", "*.spool"))):
        with sqlite3.connect(file) as database:
            for _, crc, body in database.execute("SELECT key, crc, body FROM item ORDER BY key"):
                assert zlib.crc32(body) == crc
                documents.append(json.loads(body))
    return documents


def frames(folder):
    return [document for document in spooled(folder) if document["type"] == "frame"]


def metric(frame, name, hook, layer=None, parameter=None):
    column = frame["metrics"][name]
    for at, value in zip(column["at"], column["values"]):
        site = frame["sites"][at]
        if (site["hook"], site.get("layer"), site.get("parameter")) == (hook, layer, parameter):
            return float(value)
    raise AssertionError("no %s at %s %s %s" % (name, hook, layer, parameter))


def await_that(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("not in %d s" % seconds)
        time.sleep(0.01)


JAVA = [  # seen_before and ngram_seen_fraction of four sequences, six steps
    [[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]],
    [[1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.0]],
    [[1.0, 0.0, 1.0, 0.0], [1.0, 0.625, 1.0, 0.7142857142857143]],
    [[1.0, 0.0, 1.0, 0.0], [1.0, 0.8571428571428571, 1.0, 0.5]],
    [[1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.2]],
    [[1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.625]],
]  # fmt: skip


class WatchTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.spool = self.folder.name
        torch.set_num_threads(1)

    def tearDown(self):
        self.folder.cleanup()

    def watch(self, model, optimizer=None, **settings):
        return observatory_torch.watch(model, optimizer, run="test", spool=self.spool, **settings)

    def test_weights_are_the_same_bits_whoever_watches(self):
        expected, optimizer = make()
        train(expected, optimizer, 25)
        for probes in ("continuous", "profile", "forensic"):
            model, optimizer = make()
            watch = self.watch(model, optimizer, probes=probes)
            train(model, optimizer, 25, watch)
            watch.close()
            self.assertEqual("", watch.trouble())
            for (name, a), b in zip(expected.named_parameters(), model.parameters()):
                self.assertTrue(torch.equal(a, b), name)

    def test_one_frame_a_step_between_a_start_and_an_end(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        train(model, optimizer, 12, watch)
        watch.close()
        documents = spooled(self.spool)
        self.assertEqual(["start"] + [None] * 12 + ["end"], [document.get("kind") for document in documents])
        self.assertEqual(list(range(14)), [document["seq"] for document in documents])
        self.assertEqual(list(range(1, 13)), [document["step"] for document in documents[1:-1]])
        self.assertEqual(12, documents[-1]["step"], "the last one there was")

    def test_statistics_against_double_precision(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="forensic", sums=True)
        seen = {}
        block = model.transformer["h"][1]
        block.register_forward_hook(lambda m, i, o: seen.__setitem__("x", o.detach().double().clone()))
        before = [p.detach().clone() for p in model.parameters()]
        train(model, optimizer, 1, watch)
        watch.close()
        frame, x = frames(self.spool)[0], seen["x"]
        close = lambda expected, *where: self.assertLess(abs(metric(frame, *where) / expected - 1), 1e-6, where)
        close(x.square().mean().sqrt().item(), "rms", "residual", 1)
        close(x.abs().max().item(), "abs_max", "residual", 1)
        close(math.log2(65504 / x.abs().max().item()), "fp16_headroom_bits", "residual", 1)
        m = x - x.mean()
        close(((m**4).mean() / m.square().mean() ** 2).item(), "kurtosis", "residual", 1)
        self.assertEqual(x.numel(), metric(frame, "elements", "residual", 1))
        weight = block.mlp.c_fc.weight
        old = dict(zip((id(p) for p in model.parameters()), before))[id(weight)].double()
        moved = (weight.detach().double() - old).norm() / old.norm()
        self.assertLess(abs(metric(frame, "update_ratio", "update", 1, "mlp.c_fc.weight") / moved.item() - 1), 1e-5)
        # Before Adam has a past, v̂ is g² itself: RMS_t is 1 where no gradient is near ε.
        self.assertLess(abs(metric(frame, "adam_rms", "normalised_gradient", 1, "mlp.c_fc.weight") - 1), 1e-3)

    def test_exponents_say_what_fp16_would_lose(self):
        x = torch.cat([torch.full((512,), 2.0**-26), torch.full((1024,), 2.0**-20), torch.full((512,), 1.5), torch.zeros(512)])
        out = {name: values.item() for name, values in observatory_torch._read_exponents(observatory_torch._exponents(x, 8, 0)[None]).items()}
        self.assertEqual((0.25, 0.5, 0.0), (out["fp16_flushed"], out["fp16_subnormal"], out["fp16_overflow"]))
        self.assertEqual(27, out["exponent_span"])

    def test_shape_and_exponents_of_odd_numbers(self):
        broken = torch.cat([torch.randn(998), torch.tensor([math.nan, math.inf])])
        for x in (torch.randn(4, 64, 384), F.relu(torch.randn(3000)), torch.full((9,), 1e-40), torch.zeros(700), broken):
            y = x[torch.isfinite(x)].double()
            for expected, told in zip((y.pow(3).sum(), y.pow(4).sum(), (y == 0).sum()), observatory_torch._shape(x)):
                self.assertLess(abs(float(told) - expected.item()), 1e-6 * max(y.numel(), abs(expected.item())))
            self.assertEqual((y != 0).sum().item(), observatory_torch._exponents(x, 1, 0).sum().item())
        self.assertEqual([2.0, 3.0], observatory_torch._add([1.0, 2.0], torch.ones(2)).tolist(), "a micro-batch that is not finite")

    def test_a_histogram_of_exponents_hangs_from_its_highest_binade(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="forensic", first_step=10)  # where what is sparse is due
        seen = {}
        block = model.transformer["h"][1]
        block.register_forward_hook(lambda m, i, o: seen.__setitem__("x", o.detach().reshape(-1).tolist()))
        train(model, optimizer, 1, watch)
        watch.close()
        frame = frames(self.spool)[0]
        at = frame["sites"].index({"hook": "residual", "layer": 1})
        of = lambda name: [v for i, v in zip(frame["metrics"][name]["at"], frame["metrics"][name]["values"]) if i == at]
        exponents = collections.Counter(math.frexp(x)[1] - 1 for x in seen["x"] if x)
        top = max(exponents)
        expected = [exponents[e] for e in range(top, max(min(exponents), top - 39) - 1, -1)]
        self.assertEqual([top], of("histogram_exponent_top"))
        self.assertEqual(expected, of("histogram_exponent"))

    def test_a_histogram_of_many_binades_ends_with_all_below(self):
        bins = [0] * 255
        for exponent, count in ((3, 5), (0, 2), (-36, 1), (-37, 4), (-126, 8)):
            bins[exponent + 127] = count
        top, counts = observatory_torch._read_histogram(bins)
        self.assertEqual((3, [5, 0, 0, 2] + [0] * 35 + [13]), (top, counts))
        nothing = observatory_torch._read_histogram([0] * 255)
        self.assertEqual((True, [0.0]), (math.isnan(nothing[0]), nothing[1]))

    def test_what_a_run_has_met_before_is_what_the_java_probe_says(self):
        # RunRepetition with new RunSketch(128), so full that it is wrong at times: the same hashes, bits and order.
        text, x = [], 7
        for _ in range(400):
            x = (x * 1103515245 + 12345) & 0x7FFFFFFF
            text.append((x >> 8) % 50000)
        sketch, said = observatory_torch._RunSketch(128), []
        for step in range(6):
            ids = [[text[(step * 29 * (s % 2) + 11 * s + t) % 400] for t in range(48)] for s in range(4)]
            said.append([column.tolist() for column in sketch.sequences(torch.tensor(ids))])
        self.assertEqual(JAVA, said)

    def test_what_a_run_has_met_before_by_a_count_of_its_own(self):
        generator, run, sketch = torch.Generator().manual_seed(3), set(), observatory_torch._RunSketch()

        def hash_of(ids):
            value = len(ids)
            for id in ids:
                value = (value + id + 1) * 0x9E3779B97F4A7C15 % 2**64
            for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
                value = (value ^ value >> shift) * factor % 2**64
            return value

        def met(run_of_tokens):
            before = tuple(run_of_tokens) in run
            run.add(tuple(run_of_tokens))
            return before

        text = torch.randint(0, 40, (150,), generator=generator).tolist()
        for length in (60, 13, 5):
            for _ in range(5):
                begins = torch.randint(0, 150 - length + 1, (3,), generator=generator).tolist()
                ids = [text[begin : begin + length] for begin in begins]
                expected = []
                for one in ids:
                    whole = met(one)
                    grams = [met(gram) for gram in zip(*(one[i:] for i in range(13))) if hash_of(gram) % 8 == 0]
                    expected.append((whole, sum(grams) / len(grams) if grams else 0.0))
                self.assertEqual(expected, list(zip(*(column.tolist() for column in sketch.sequences(torch.tensor(ids))))))

    def test_ids_of_tokens_tell_of_each_sequence_what_came_before(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        batch = tokens(1)
        sequences = [("books", 24 * i, 3.0) for i in range(BATCH)]
        watch.step(loss=1.0, batch=sequences, input_ids=batch)
        watch.step(loss=1.0, batch=sequences, input_ids=[batch[:2], batch[2:].tolist()])  # of two micro-batches
        batch.zero_()  # what was given is what it was then
        watch.step(loss=1.0, input_ids=tokens(1))
        with contextlib.redirect_stderr(io.StringIO()) as said:
            watch.step(loss=1.0, input_ids=torch.ones(2, 3))
            watch.step(loss=1.0, input_ids="none")
            with mock.patch.object(observatory_torch, "_TOKENS", 60):
                watch.step(loss=1.0, batch=sequences, input_ids=tokens(1))
        watch.close()
        first, again, alone, odd, none, many = frames(self.spool)
        self.assertEqual([0.0] * BATCH, first["batch_metrics"]["seen_before"]["values"])
        self.assertEqual({"at": [0, 1, 2, 3], "values": [1.0] * BATCH}, again["batch_metrics"]["seen_before"])
        self.assertEqual([0.0, 1.0, 1.0, 1.0], again["batch_metrics"]["ngram_seen_fraction"]["values"], "of the first none is taken")
        self.assertEqual((1.0, 0.75), (alone["scalars"]["seen_before"], alone["scalars"]["ngram_seen_fraction"]))
        self.assertFalse([frame for frame in (alone, odd, none) if "batch_metrics" in frame])
        self.assertEqual({"at": [0, 1], "values": [1.0, 1.0]}, many["batch_metrics"]["seen_before"])
        self.assertIn("ids of tokens are needed, (sequences, T), not a tensor of shape (2, 3), torch.float32", said.getvalue())
        self.assertIn("input_ids failed", said.getvalue())

    def test_attention_logits_and_example_gradients_by_another_way(self):
        model, optimizer = make()
        batch = tokens(1)
        gain = model.transformer["h"][0].ln_1.weight
        own = torch.stack([torch.autograd.grad(loss_of(model, batch[i : i + 1]), gain)[0] for i in range(BATCH)]).double()
        watch = self.watch(model, optimizer, probes="forensic")
        seen = {}
        attention = model.transformer["h"][0].attn
        attention.c_attn.register_forward_hook(lambda m, i, o: seen.__setitem__("qkv", o.detach()))
        train(model, optimizer, 1, watch)
        watch.close()
        frame = frames(self.spool)[0]
        expected = own.square().sum(1).mean().item()
        measured = metric(frame, "example_gradient_square", "norm_example_gradient", 0, "ln_1.weight")
        self.assertLess(abs(measured / expected - 1), 1e-4)
        together = metric(frame, "batch_gradient_square", "norm_example_gradient", 0, "ln_1.weight")
        self.assertLess(abs(together / own.mean(0).square().sum().item() - 1), 1e-4)
        q, k, _ = seen["qkv"][0].double().split(WIDTH, dim=1)
        largest = max(abs((q[t, h * 16 : h * 16 + 16] @ k[s, h * 16 : h * 16 + 16]).item()) / 4
                      for h in range(HEADS) for t in range(CONTEXT) for s in range(t + 1))  # fmt: skip
        self.assertLess(abs(metric(frame, "attention_logit_max", "attention_logits", 0) / largest - 1), 1e-5)

    def test_the_first_bad_layer_is_named(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="profile")
        with torch.no_grad():
            model.transformer["h"][1].mlp.c_fc.weight[0, 0] = math.nan
        train(model, optimizer, 1, watch)
        watch.close()
        frame = frames(self.spool)[0]
        bad = [frame["sites"][at] for at, nan in zip(frame["metrics"]["nan"]["at"], frame["metrics"]["nan"]["values"]) if nan]
        self.assertEqual({"hook": "mlp_up", "layer": 1}, bad[0])
        self.assertEqual("NaN", frame["scalars"]["loss"])

    def test_what_throws_in_here_stays_in_here(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="profile")
        with mock.patch.object(observatory_torch, "_eight", lambda matrix, shape: 1 / 0):
            train(model, optimizer, 12, watch)
        watch.close()
        self.assertIn("fused failed", watch.trouble())
        self.assertIn("moments failed", watch.trouble(), "what each tensor is asked by itself once they are not together")
        self.assertEqual(12, len(frames(self.spool)))
        self.assertIn("probe_disabled", [document.get("kind") for document in spooled(self.spool)])
        expected, optimizer = make()
        train(expected, optimizer, 12)
        self.assertTrue(torch.equal(expected.lm_head.weight, model.lm_head.weight))

    def test_odd_modules_are_said_and_do_no_harm(self):
        class Odd(nn.Module):
            def forward(self, x):
                return {"nothing": x.to_sparse()}

        model, optimizer = make()
        model.transformer["h"][0].ffn = Odd()
        for p in model.transformer["h"][2].parameters():
            p.requires_grad = False  # frozen
        watch = self.watch(model, optimizer, probes="forensic")
        model.transformer["h"][0].ffn(torch.ones(2, 2, requires_grad=True))
        train(model, optimizer, 2, watch)
        watch.close()
        self.assertIn("transformer.h.0.ffn cannot be read", watch.trouble())
        self.assertFalse(any(site.get("layer") == 2 and site["hook"] == "update" for site in frames(self.spool)[0]["sites"]))

    def test_tied_quantised_and_parameterless_modules_do_no_harm(self):
        class Quantised(nn.Module):
            def forward(self, x):
                return torch.quantize_per_tensor(x, 0.1, 0, torch.qint8)

        model, optimizer = make()
        model.transformer["h"][1].ffn = Quantised()
        model.transformer["h"][1].norm1 = nn.Identity()  # no parameters, at a hook where a gain is looked for
        watch = self.watch(model, optimizer, probes="forensic")
        model.transformer["h"][1].ffn(torch.ones(2, 2))
        model.transformer["h"][1].norm1(torch.ones(2, 3, 4, requires_grad=True)).sum().backward()
        train(model, optimizer, 2, watch)
        watch.close()
        self.assertEqual("transformer.h.1.ffn cannot be read", watch.trouble())
        tied = [site["parameter"] for site in frames(self.spool)[1]["sites"]
                if site["hook"] == "gradient" and site.get("parameter", "").endswith(("wte.weight", "lm_head.weight"))]  # fmt: skip
        self.assertEqual(["transformer.wte.weight"], tied, "one parameter under two names is one site")

    def test_a_large_tensor_is_sampled_and_in_eight_steps_seen_whole(self):
        x = torch.arange(1 << 17, dtype=torch.float32)
        seen = torch.cat([observatory_torch._sample(x, 8, step).reshape(-1) for step in range(8)])
        self.assertTrue(torch.equal(x, seen.sort().values))
        self.assertEqual(x.numel() // 8, observatory_torch._sample(x, 8, 3).numel())

    def test_what_is_due_at_every_tenth_step_turns_all_the_same(self):
        own, runs, queries, slabs = observatory_torch, collections.defaultdict(set), set(), collections.defaultdict(set)
        one, logits, slab = own._view_of_runs, own._largest_logits, own.Watch._slab

        def view_of_runs(x, every, turn):
            runs[tuple(x.shape), every].add(turn % every)
            return one(x, every, turn)

        def largest_logits(query, key, at, unseen):
            queries.add(at[0].item())
            return logits(query, key, at, unseen)

        def eighth(watch, kind, layer, tensor):
            part = slab(watch, kind, layer, tensor)
            if part is not tensor:
                slabs[kind].add((part.storage_offset() - tensor.storage_offset()) // part.numel())
            return part

        with mock.patch.multiple(own, _WHOLE=1, _view_of_runs=view_of_runs, _largest_logits=largest_logits), mock.patch.object(own.Watch, "_slab", eighth):
            model, optimizer = make()
            watch = self.watch(model, optimizer, budget=math.inf)
            train(model, optimizer, 80, watch)
            watch.close()
        self.assertEqual("", watch.trouble())
        self.assertEqual(set(range(4)), queries)
        self.assertLess(3, len(runs))
        self.assertEqual({key: set(range(8)) for key in runs}, runs)
        self.assertEqual({kind: set(range(8)) for kind in ("update_ratio", "adam_rms")}, slabs)
        for stretch in (1, 2, 4):
            plans, due = own._Plans(own._Questions("profile")), 10 * stretch
            for kind, hook in (("moments", "mlp_up"), ("exponents", "mlp_up"), ("units", "mlp_hidden"), ("log_z", "log_z"), ("attention", "attention_logits")):
                turns = {plans.of(step, stretch).turn(kind, hook, step) % 8 for step in range(due, 9 * due, due)}
                self.assertEqual(set(range(8)), turns, (stretch, kind))

    def test_ranks_whose_clocks_are_apart_are_told(self):
        script = (
            "import sys, os, time, torch; sys.path[:0] = [%r]; torch.set_num_threads(1)\n"
            "from test_observatory_torch import *\n"
            "import torch.distributed as dist\n"
            "rank = int(os.environ['RANK']); dist.init_process_group('gloo', rank=rank, world_size=2, init_method='file://%s')\n"
            "now = time.time; time.time = lambda: now() + 3600 * rank\n"
            "model, optimizer = make(); watch = observatory_torch.watch(model, optimizer, spool=%r)\n"
            "watch.step(loss=1.0); watch.close()\n"
            "assert 'clocks of the ranks are 36' in watch.trouble(), watch.trouble()\n"
        ) % (os.path.dirname(os.path.abspath(__file__)), os.path.join(self.spool, "meet"), os.path.join(self.spool, "ranks"))
        ranks = [subprocess.Popen([sys.executable, "-c", script], env=dict(os.environ, RANK=str(r))) for r in (0, 1)]
        self.assertEqual([0, 0], [process.wait(120) for process in ranks])
        apart = [d["details"].get("clocks_apart_seconds") for d in spooled(os.path.join(self.spool, "ranks")) if d.get("kind") == "start"]
        self.assertEqual(2, len(apart))
        self.assertTrue(all(3590 < float(seconds) < 3700 for seconds in apart), apart)

    def test_gradient_checkpointing_counts_a_site_once(self):
        from torch.utils.checkpoint import checkpoint

        counts = []
        for reentrant in (None, True, False):
            with tempfile.TemporaryDirectory() as folder:
                model, optimizer = make()
                if reentrant is not None:
                    for block in model.transformer["h"]:
                        forward = block.forward
                        block.forward = lambda x, f=forward: checkpoint(f, x, use_reentrant=reentrant)
                watch = observatory_torch.watch(model, optimizer, run="test", spool=folder, probes="profile", sums=True)
                train(model, optimizer, 1, watch)
                watch.close()
                counts.append(metric(frames(folder)[0], "elements", "mlp_up", 1))
        self.assertEqual([BATCH * CONTEXT * 4 * WIDTH] * 3, counts)

    def test_hooks_removed_by_others_come_back(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="profile")
        train(model, optimizer, 1, watch)
        for module in model.modules():
            module._forward_hooks.clear()
        watch._plan_next()
        self.assertIn("removed by somebody else, that at ", watch.trouble())
        train(model, optimizer, 1, watch)
        watch.close()
        self.assertGreater(metric(frames(self.spool)[1], "rms", "residual", 2), 0)

    def test_hooks_at_the_model_itself_come_back_so_that_each_micro_batch_counts(self):
        counts = []
        for removed in (False, True):
            model, optimizer = make()
            with tempfile.TemporaryDirectory() as folder:
                watch = observatory_torch.watch(model, optimizer, run="test", spool=folder, probes="profile", sums=True)
                if removed:
                    model._forward_pre_hooks.clear()
                    model._forward_hooks.clear()
                train(model, optimizer, 1, watch)
                tokens = torch.randint(0, VOCABULARY, (BATCH, CONTEXT))
                for _ in range(2):
                    model(tokens).sum().backward()
                optimizer.step()
                watch.step()
                watch.close()
                self.assertEqual(removed, "that at the model itself" in watch.trouble())
                counts.append(metric(frames(folder)[1], "elements", "mlp_up", 1))
        self.assertEqual([2 * BATCH * CONTEXT * 4 * WIDTH] * 2, counts)

    def test_a_second_watch_on_a_model_is_refused_and_the_first_goes_on(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        for same in (model, model.transformer["h"][1], nn.Sequential(nn.Sequential(model))):
            with self.assertRaisesRegex(ValueError, "watched already"):
                self.watch(same, optimizer)
        train(model, optimizer, 1, watch)
        watch.close()
        self.assertEqual(1, len(frames(self.spool)))
        self.watch(model, optimizer).close()

    def test_what_is_no_number_is_left_out_said_and_stops_nothing(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        train(model, optimizer, 1, watch)
        with contextlib.redirect_stderr(io.StringIO()) as said:
            watch.step(loss="low", gradient_norm=torch.zeros(0), batch=[1], accuracy=0.5)
            watch.step(loss=[1], gradient_norm=torch.ones(2), batch=[("text", 1, "low")])
        train(model, optimizer, 1, watch)
        watch.close()
        self.assertEqual([1, 2, 3, 4], [frame["step"] for frame in frames(self.spool)])
        self.assertEqual(0.5, frames(self.spool)[1]["scalars"]["accuracy"])
        self.assertNotIn("loss", frames(self.spool)[1]["scalars"])
        self.assertEqual(4, len(said.getvalue().splitlines()), "each said once, and that nothing was done in those steps")
        self.assertIn("loss is left out: a number or a tensor with one is needed, not 'low'", watch.trouble())
        self.assertIn("batch is left out", watch.trouble())

    def test_what_is_longer_than_a_reader_takes_is_cut_or_left_out(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, manifest={"note" * 100: "x" * 10**6})
        watch.event("event" * 100, path="y" * 10**6, broken="ä\udcff")
        watch.step(loss=1.0, batch=[("source" * 100, 1 << 60, 1.0)], **{"name" * 100: 2.0})
        watch.close()
        start, event, frame, _ = spooled(self.spool)
        self.assertEqual((256, 1 << 17), max((len(name), len(text)) for name, text in start["details"].items() if "note" in name))
        self.assertEqual((256, 1 << 17), (len(event["kind"]), len(event["details"]["path"])))
        self.assertEqual("ä?", event["details"]["broken"], "half a pair of surrogates is no text to a reader")
        self.assertEqual((256, str(1 << 60)), (len(frame["batch"][0]["source"]), frame["batch"][0]["offset"]))
        self.assertFalse([name for name in frame["scalars"] if len(name) > 256])
        self.assertIn("a name has 256 characters at most, and this has 400", watch.trouble())

    def test_a_frame_that_cannot_be_made_is_counted_and_the_next_is_written(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        watch._spool.offer(lambda: 1 / 0, 1)
        train(model, optimizer, 2, watch)
        watch.close()
        self.assertEqual(2, len(frames(self.spool)))
        self.assertIn("could not be made: ZeroDivisionError", watch.trouble())
        self.assertEqual(1, watch._spool.shed)

    def test_what_cannot_be_watched_is_said_before_the_first_step(self):
        model, optimizer = make()
        file = os.path.join(self.spool, "file")
        open(file, "w").close()
        for expected, error, arguments, settings in (
            ("run is a text: run=5", ValueError, (model, optimizer), {"run": 5}),
            ("first_step is a whole number from 0 on: first_step=1.5", ValueError, (model, optimizer), {"first_step": 1.5}),
            ("rank=-1", ValueError, (model, optimizer), {"rank": -1}),
            ("budget=nan", ValueError, (model, optimizer), {"budget": math.nan}),
            ("limit_bytes=0", ValueError, (model, optimizer), {"limit_bytes": 0}),
            ("by data, tensor, pipeline, context, expert", ValueError, (model, optimizer), {"coordinates": {"tp": 1}}),
            ("did you mean continuous", ValueError, (model, optimizer), {"probes": "continous"}),
            ("torch.nn.Module or a list of them, not None", TypeError, (None, optimizer), {}),
            ("has a method step, which 42 has not", TypeError, (model, 42), {}),
            ("OBSERVATORY_SPOOL", OSError, (model, optimizer), {"spool": file}),
        ):
            with self.subTest(expected), self.assertRaisesRegex(error, expected):
                observatory_torch.watch(*arguments, **{"run": "test", "spool": self.spool, **settings})
        self.watch(model, optimizer)  # and none of that stands in the way

    def test_a_step_that_fails_leaves_the_next_alone(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        ship, failing = watch._ship, [True]
        watch._ship = lambda now: 1 / 0 if failing.pop() else ship(now)
        with contextlib.redirect_stderr(io.StringIO()) as said:
            failing[:] = [False, True, False]
            train(model, optimizer, 3, watch)
        watch.close()
        self.assertEqual([1, 3], [frame["step"] for frame in frames(self.spool)])
        self.assertEqual("step failed 1 time", watch.trouble().split(";")[0])
        self.assertIn("step failed: ZeroDivisionError", said.getvalue())

    def test_a_watched_model_is_saved_and_copied_as_if_nobody_watched(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="profile")
        train(model, optimizer, 1, watch)
        file = io.BytesIO()
        torch.save([model, optimizer], file)
        self.assertFalse(b"cobservatory_torch\n" in file.getvalue(), "it is read where this file is not")
        file.seek(0)
        everything = {} if torch.__version__ < "1.13.1" else {"weights_only": False}
        saved, copied = torch.load(file, **everything)[0], copy.deepcopy(model)
        watch.step()  # what is measured from here on is of a step of its own
        for other in (saved, copied):
            self.assertTrue(torch.equal(model(tokens(1)[:, :-1]), other(tokens(1)[:, :-1])))
        watch._now.results.clear()
        loss_of(copied, tokens(1)).backward()
        self.assertEqual({}, watch._now.results, "nobody watches a copy")
        watch.close()

    def test_a_layer_that_thaws_counts_from_then_on(self):
        model, optimizer = make()
        for p in model.transformer["h"][1].parameters():
            p.requires_grad = False
        watch = self.watch(model, optimizer)
        for step in range(1, 21):
            if step == 15:
                for p in model.transformer["h"][1].parameters():
                    p.requires_grad = True
            optimizer.zero_grad()
            loss_of(model, tokens(step)).backward()
            expected = math.sqrt(sum(p.grad.double().square().sum().item() for p in model.parameters() if p.grad is not None))
            optimizer.step()
            watch.step()
        watch.close()
        self.same(expected, frames(self.spool)[19]["scalars"]["gradient_norm"], 1e-6)
        layers = lambda step: {site.get("layer") for site in frames(self.spool)[step - 1]["sites"] if site["hook"] == "gradient"}
        self.assertEqual([{0, 2, None}, {0, 1, 2, None}], [layers(10), layers(20)])

    def test_what_takes_the_place_of_a_layer_is_watched(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="profile", first_step=observatory_torch._SURVEY - 2)
        train(model, optimizer, 1, watch)
        model.transformer["h"][1] = Block()
        optimizer.add_param_group({"params": list(model.transformer["h"][1].parameters())})
        with contextlib.redirect_stderr(io.StringIO()) as said:
            train(model, optimizer, 2, watch)
        watch.close()
        self.assertIn("parts of the model were replaced, transformer.h.1 among them", said.getvalue())
        last = frames(self.spool)[-1]
        self.assertGreater(metric(last, "rms", "residual", 1), 0)
        self.assertGreater(metric(last, "norm", "gradient", 1, "mlp.c_fc.weight"), 0)

    def test_an_optimizer_that_was_replaced_is_told(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        train(model, torch.optim.SGD(model.parameters(), 0.1), observatory_torch._SKIPPED, watch)
        self.assertIn("the optimizer given to watch() has not stepped", watch.trouble())

    def test_a_step_called_twice_is_told_and_not_taken_for_a_skipped_one(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        for _ in range(2):
            train(model, optimizer, 1, watch)
            watch.step(loss=1.0)
        watch.close()
        self.assertIn("without a forward pass or an optimizer.step()", watch.trouble())
        self.assertEqual([0, None, 0, None], [frame["scalars"].get("skipped") for frame in frames(self.spool)])

    def test_a_step_that_is_never_called_is_told_and_holds_little(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="forensic")
        train(model, optimizer, observatory_torch._UPDATES, None)
        held = len(watch._now.later["units"]), len(watch._now.later["noise"]), len(watch._now.columns)
        train(model, optimizer, 3, None)
        self.assertEqual(held, (len(watch._now.later["units"]), len(watch._now.later["noise"]), len(watch._now.columns)))
        self.assertIn("optimizer.step() was called 10 times and watch.step() was not", watch.trouble())
        train(model, optimizer, 2, watch)
        watch.close()
        self.assertEqual([1, 2], [frame["step"] for frame in frames(self.spool)])
        self.assertGreater(metric(frames(self.spool)[1], "rms", "residual", 1), 0)

    def test_validation_inside_of_a_step_is_not_of_it(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="profile", sums=True)
        loss_of(model, tokens(1)).backward()
        model.eval()
        loss_of(model, tokens(2))  # with gradients, as one may forget
        model.train()
        watch.step()
        watch.close()
        self.assertEqual(BATCH * CONTEXT * WIDTH, metric(frames(self.spool)[0], "elements", "residual", 1))

    def test_a_disk_that_takes_nothing_is_bridged_and_what_goes_is_told(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        train(model, optimizer, 2, watch)
        await_that(lambda: watch._spool.written == 3)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        with contextlib.redirect_stderr(io.StringIO()) as said:
            try:
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
                train(model, optimizer, 5, watch)
                await_that(lambda: len(watch._spool.kept) == 5)
                watch._spool.BRIDGE_BYTES = sum(len(body) for *_, body in list(watch._spool.kept)[2:])
                await_that(lambda: watch._spool.shed == 2)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            await_that(lambda: not watch._spool.kept)
        watch.close()
        told = spooled(self.spool)
        self.assertEqual([0, 1, 2, 4, 5, 6, 7, 8], [document["seq"] for document in told])
        self.assertEqual([1, 2, 5, 6, 7], [document["step"] for document in told if document["type"] == "frame"])
        lost = told[3]["details"]
        self.assertEqual(("3", "4", "2"), (lost["fromSeq"], lost["toSeq"], lost["count"]))
        self.assertIn("the spool could not be written to", lost["reason"])
        self.assertEqual(2, len(said.getvalue().splitlines()), said.getvalue())
        self.assertIn("cannot be written to: ", said.getvalue())
        self.assertIn("can be written to again", said.getvalue())

    def test_what_a_full_spool_gives_up_is_told_in_its_place(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, limit_bytes=40_000)
        watch._spool.SEGMENT_BYTES = 10_000
        for step in range(1, 41):
            train(model, optimizer, 1, watch)
            await_that(lambda: watch._spool.written == step + 1)
        watch.close()
        told = spooled(self.spool)
        lost = told[0]["details"]
        self.assertEqual(("lost", "0"), (told[0]["kind"], lost["fromSeq"]))
        self.assertEqual(list(range(int(lost["toSeq"]), 42)), [document["seq"] for document in told])
        self.assertIn("reached its limit", lost["reason"])
        self.assertIn("start `observatory relay`", watch.trouble())

    def test_a_run_that_begins_again_under_its_name_is_its_next_incarnation(self):
        def begun(**settings):
            watch = observatory_torch.watch(make()[0], **{"run": "test", "spool": self.spool, **settings})
            watch.close()
            self.assertEqual("", watch.trouble())
            return watch._origin["incarnation"]

        self.assertEqual([0, 1, 2], [begun() for _ in range(3)])
        self.assertEqual([0, 3, 0, 0], [begun(run="test.1"), begun(), begun(rank=1), begun(run=None)])
        self.assertEqual([9, 10, 2, 11], [begun(incarnation=9), begun(), begun(incarnation=2), begun()], "who keeps count oneself")
        self.assertEqual({"test/0": 11, "test.1/0": 0, "test/1": 0}, observatory_torch._counted(os.path.join(self.spool, "incarnations.json")))
        with mock.patch.dict(os.environ, {"OBSERVATORY_RUN": "test", "OBSERVATORY_SPOOL": self.spool}):
            self.assertEqual(12, begun(run=None, spool=None))

    def test_a_count_of_incarnations_that_cannot_be_read_is_told(self):
        with open(os.path.join(self.spool, "incarnations.json"), "w") as kept:
            kept.write("[3")
        with contextlib.redirect_stderr(io.StringIO()) as said:
            watch = self.watch(make()[0])
        watch.close()
        self.assertEqual(0, watch._origin["incarnation"])
        self.assertIn("incarnations.json should hold the last incarnation of each run", said.getvalue())
        self.assertIn("watch(…, incarnation=…)", said.getvalue())

    def test_ranks_that_begin_together_forget_none_and_hear_the_first(self):
        script = (
            "import sys, os, torch; sys.path[:0] = [%r]; torch.set_num_threads(1)\n"
            "from test_observatory_torch import *\n"
            "import torch.distributed as dist\n"
            "rank, spool = int(os.environ['RANK']), os.path.join(%r, os.environ['RANK'])\n"  # as of two machines
            "if rank == 0: os.makedirs(spool); json.dump({'test/0': 4}, open(os.path.join(spool, 'incarnations.json'), 'w'))\n"
            "dist.init_process_group('gloo', rank=rank, world_size=2, init_method='file://%s')\n"
            "for expected in (5, 6):\n"
            "    watch = observatory_torch.watch(make()[0], run='test', spool=spool); watch.close()\n"
            "    assert watch._origin['incarnation'] == expected, watch._origin\n"
            "    assert watch.trouble() == '', watch.trouble()\n"
            "assert observatory_torch._counted(os.path.join(spool, 'incarnations.json')) == {'test/%%d' %% rank: 6}\n"
            "if rank == 1:\n"  # alone: nobody says anything, and it is not waited for long
            "    observatory_torch._PATIENCE = 0.2\n"
            "    watch = observatory_torch.watch(make()[0], run='alone', spool=spool); watch.close()\n"
            "    assert watch._origin['incarnation'] == 0, watch._origin\n"
            "dist.barrier()\n"
        ) % (os.path.dirname(os.path.abspath(__file__)), self.spool, os.path.join(self.spool, "meet"))
        ranks = [subprocess.Popen([sys.executable, "-c", script], env=dict(os.environ, RANK=str(r))) for r in (0, 1)]
        self.assertEqual([0, 0], [process.wait(120) for process in ranks])

    def test_a_process_that_dies_of_an_error_says_which(self):
        script = (
            "import sys, torch; sys.path[:0] = [%r, %r]; torch.set_num_threads(1)\n"
            "from test_observatory_torch import *\n"
            "model, optimizer = make(); watch = observatory_torch.watch(model, optimizer, run='died', spool=%r)\n"
            "train(model, optimizer, 2, watch); raise MemoryError('planned')\n"
        ) % (os.path.dirname(os.path.abspath(__file__)), os.path.dirname(observatory_torch.__file__), self.spool)
        subprocess.run([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
        self.assertEqual("MemoryError", spooled(self.spool)[-1]["details"]["reason"])

    def test_words_of_ones_own_are_no_error(self):
        for reason in ("early stopping", "stopped: by me", MemoryError("of host")):
            self.watch(*make()).close(reason)
        told = {document["details"]["reason"] for document in spooled(self.spool) if document.get("kind") == "end"}
        self.assertEqual({"finished: early stopping", "stopped: by me", "MemoryError"}, told)

    def test_an_optimizer_of_another_model_is_told(self):
        model, _ = make()
        _, optimizer = make()
        self.assertIn("none of this model's parameters", self.watch(model, optimizer).trouble())

    def test_a_spool_deleted_while_in_use_is_begun_anew(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        train(model, optimizer, 2, watch)

        def committed():
            with contextlib.suppress(sqlite3.OperationalError):  # the table is not there yet
                return len(frames(self.spool)) == 2
            return False

        await_that(committed)
        shutil.rmtree(watch._spool.folder)
        train(model, optimizer, 2, watch)
        watch.close()
        self.assertIn(4, [frame["step"] for frame in frames(self.spool)])
        self.assertTrue(os.path.exists(os.path.join(watch._spool.folder, "for-relay")), "a relay finds it")
        self.assertIn("was deleted while in use", watch.trouble())

    def test_a_gradient_of_some_rows_only_counts_in_the_norm(self):
        model, _ = make()
        model.lm_head.weight = nn.Parameter(model.lm_head.weight.detach().clone())
        model.transformer["wte"].sparse = True
        watch = self.watch(model, torch.optim.SGD(model.parameters(), 0.1), first_step=10)
        loss_of(model, tokens(1)).backward()
        expected = math.sqrt(sum(p.grad.to_dense().double().square().sum().item() for p in model.parameters()))
        watch._optimizer.step()
        watch.step()
        watch.close()
        self.assertAlmostEqual(1, frames(self.spool)[0]["scalars"]["gradient_norm"] / expected, 6)
        self.assertGreater(metric(frames(self.spool)[0], "norm", "gradient", None, "transformer.wte.weight"), 0)
        self.assertEqual("", watch.trouble())

    def test_a_model_of_unknown_names_and_a_run_with_a_bad_name_are_told(self):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            watch = self.watch(nn.Sequential(nn.Linear(2, 2)))
        watch.close()
        self.assertIn("no module's name says what it is", said.getvalue())
        with self.assertRaisesRegex(ValueError, "run='my run'"):
            observatory_torch.watch(make()[0], run="my run", spool=self.spool)

    def test_a_forked_child_is_not_the_run(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        child = os.fork()
        if child == 0:
            watch.step(loss=1.0)
            os._exit(0 if "only its parent writes" in watch.trouble() else 1)
        self.assertEqual(0, os.waitpid(child, 0)[1])
        train(model, optimizer, 2, watch)
        watch.close()
        self.assertEqual([1, 2], [frame["step"] for frame in frames(self.spool)])

    def test_a_scheduler_made_before_or_after_sees_every_step(self):
        for before in (True, False):
            model, optimizer = make()
            make_scheduler = lambda: torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (step + 1))
            scheduler = make_scheduler() if before else None
            watch = self.watch(model, optimizer)
            scheduler = scheduler or make_scheduler()
            train(model, optimizer, 1, watch)
            scheduler.step()
            self.assertAlmostEqual(5e-4, optimizer.param_groups[0]["lr"])
            watch.close()

    def test_a_skipped_update_is_seen_with_the_parameter_to_blame(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer, probes="profile")
        loss_of(model, tokens(1)).backward()
        model.transformer["h"][1].mlp.c_fc.weight.grad[0, 0] = math.inf
        watch.step(loss=3.0, loss_scale=65536)  # as a loss scaler does: no optimizer.step()
        watch.close()
        frame = frames(self.spool)[0]
        self.assertEqual((1, "Infinity"), (frame["scalars"]["skipped"], frame["scalars"]["gradient_norm"]))
        self.assertEqual(math.inf, metric(frame, "norm", "gradient", 1, "mlp.c_fc.weight"))
        self.assertTrue(math.isfinite(metric(frame, "norm", "gradient", 0, "mlp.c_fc.weight")))

    def test_commands_on_the_live_run_are_applied_answered_and_revert(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        now = [0.0]
        watch._clock = lambda: now[0]
        train(model, optimizer, 2, watch)

        def ask(id, **command):
            with open(watch._spool.control, "a") as control:
                control.write(json.dumps({"id": id, "operator": "me", "ttl_seconds": 60, "command": command}) + "\n")
            deadline = time.monotonic() + 30
            while not watch._spool.requests and time.monotonic() < deadline:
                time.sleep(0.01)
            train(model, optimizer, 1, watch)  # heard at its end
            train(model, optimizer, 2, watch)

        ask("a", command="profile", pack="profile")  # steps 4, 5
        ask("b", command="remove-probe", probe="format-headroom")  # 7, 8
        ask("c", command="add-probe", probe="activation-shape", every=2, phase=1)  # 11
        ask("d", command="add-probe", probe="activation-shap")
        ask("e", command="remove-probe", probe="unit-activit")
        ask("f", command="pause")
        now[0] = 61
        train(model, optimizer, 2, watch)
        watch.close()
        answers = [d["details"] for d in spooled(self.spool) if d.get("kind") == "command"]
        self.assertEqual([("a", "applied"), ("b", "applied"), ("c", "applied"), ("d", "refused"), ("e", "refused"), ("f", "refused"),
                          ("a", "reverted"), ("b", "reverted"), ("c", "reverted")], [(d["id"], d["outcome"]) for d in answers])  # fmt: skip
        self.assertIn("did you mean activation-shape?", answers[3]["reason"])
        self.assertEqual("me", answers[0]["operator"])
        of = {frame["step"]: frame for frame in frames(self.spool)}
        at_mlp = lambda step: {name for name, column in of[step]["metrics"].items()
                               for at in column["at"] if of[step]["sites"][at]["hook"] == "mlp_up"}  # fmt: skip
        self.assertEqual(set(), at_mlp(3))
        self.assertIn("fp16_headroom_bits", at_mlp(5))
        self.assertNotIn("fp16_headroom_bits", at_mlp(8))
        self.assertIn("rms", at_mlp(8))
        self.assertIn("kurtosis", at_mlp(11))
        self.assertNotIn("kurtosis", at_mlp(12))
        self.assertEqual(set(), at_mlp(22))
        self.assertEqual("", watch.trouble())

    def test_nothing_is_kept_of_a_watch_that_is_closed(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        train(model, optimizer, 2, watch)
        watch.close()
        self.assertFalse(any(module._forward_hooks or module._forward_pre_hooks for module in model.modules()))
        self.assertNotIn("step", optimizer.__dict__)
        gc.collect()

    def test_a_model_that_is_given_up_is_freed_and_its_run_over(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        train(model, optimizer, 2, watch)
        gone, thread = weakref.ref(model), watch._spool.thread
        del model, optimizer, watch
        gc.collect()
        self.assertIsNone(gone())
        thread.join(30)
        self.assertEqual("detached: the model was given up", spooled(self.spool)[-1]["details"]["reason"])
        self.assertEqual([1, 2], [frame["step"] for frame in frames(self.spool)])

    def test_what_is_told_of_a_step_does_not_hold_what_it_was_computed_from(self):
        model, optimizer = make()
        watch = self.watch(model, optimizer)
        kept = watch._spool.offer
        watch._spool.offer = lambda document, kind: held.append(document) or kept(document, kind)
        held, loss = [], loss_of(model, tokens(1))
        gone = weakref.ref(loss)
        watch.step(loss=loss, batch=[("text", 1, loss)])
        del loss
        self.assertIsNone(gone())

    def test_nobody_looks_into_what_is_traced_exported_or_transformed(self):
        model, optimizer = make()
        expected, _ = make()
        watch = self.watch(model, optimizer, probes="forensic")
        batch = tokens(1)[:, :-1]
        nodes = [len(list(torch.jit.trace(one, batch, check_trace=False).graph.nodes())) for one in (expected, model)]
        self.assertEqual(nodes[0], nodes[1])
        if hasattr(torch.compiler if hasattr(torch, "compiler") else torch, "is_exporting"):
            for strict in (False, True):
                names = {str(node.target) for node in torch.export.export(model, (batch,), strict=strict).graph.nodes}
                self.assertFalse({name for name in names if "observatory" in name})
        if hasattr(torch, "func"):
            weights = {name: p.detach() for name, p in model.named_parameters()}
            loss = lambda weights, ids: F.cross_entropy(torch.func.functional_call(model, weights, (ids[None, :-1],))[0], ids[1:])
            torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0))(weights, tokens(1))
        train(model, optimizer, 1, watch)
        watch.close()
        self.assertEqual("", watch.trouble())

    def test_of_two_optimizers_each_update_is_told_by_the_one_that_is_watched(self):
        model, _ = make()
        mine, other = ([p for name, p in model.named_parameters() if ("mlp" in name) == mlp] for mlp in (False, True))
        optimizer, muon = torch.optim.AdamW(mine, 1e-3), torch.optim.SGD(other, 0.1)
        watch = self.watch(model, optimizer, first_step=10)
        loss_of(model, tokens(1)).backward()
        optimizer.step()
        muon.step()
        watch.step()
        watch.close()
        frame = frames(self.spool)[0]
        self.assertGreater(metric(frame, "update_ratio", "update", 1, "attn.c_attn.weight"), 0)
        self.assertFalse([site for site in frame["sites"] if site["hook"] == "update" and "mlp" in site["parameter"]], "0 would be wrong")
        self.assertGreater(metric(frame, "norm", "gradient", 1, "mlp.c_fc.weight"), 0)

    def test_what_is_written_to_while_it_waits_is_copied_in_the_next_look(self):
        model, optimizer = make()
        mlp, seen = model.transformer["h"][1].mlp, []
        mlp.forward = lambda x: mlp.c_proj(mlp.c_fc(x).relu_())
        mlp.c_fc.register_forward_hook(lambda m, i, o: seen.append(o.detach().double().clone()))
        watch = self.watch(model, optimizer, probes="profile")
        train(model, optimizer, 2, watch)
        watch.close()
        first, second = frames(self.spool)
        self.assertNotIn({"hook": "mlp_up", "layer": 1}, first["sites"], "told as what it was, or not at all")
        self.assertAlmostEqual(1, metric(second, "rms", "mlp_up", 1) / seen[1].square().mean().sqrt().item(), 6)
        self.assertGreater(metric(first, "rms", "mlp_up", 0), 0)
        self.assertEqual("", watch.trouble())

    def test_tensors_read_together_have_the_numbers_of_each(self):
        generator, due = torch.Generator().manual_seed(5), frozenset(observatory_torch._Table.FUSED)
        broken = torch.randn(1 << 17, generator=generator)
        broken[5::64] = math.inf
        broken[70] = math.nan
        tensors = [torch.randn(n, generator=generator).mul_(scale) for n, scale in ((1 << 17, 1.0), (1 << 17, 1e-41), (700, 3.0), (700, 0.0), (90000, 2.0))]
        tensors += [broken, torch.randn(1 << 17, generator=generator).bfloat16()]
        for every, apart, turns in ((8, 8, (3, 3)), (8, 16, (3, 5)), (1, 8, (0, 1))):
            table = observatory_torch._HostTable()
            for i, x in enumerate(tensors):
                table.reduce(i, due, x, every, apart, turns)
            table.flush()
            blocks = {block.kind: (block, rows) for block, rows in table.take()}
            for site, elements, row in zip(blocks["fused"][0].sites, blocks["fused"][0].more, blocks["fused"][1]):
                sample = observatory_torch._sample(tensors[site], every, turns[0]).double()
                x = sample[torch.isfinite(sample)]
                expected = [x.sum(), x.square().sum(), sample.isnan().sum(), sample.isinf().sum(), x.abs().max(), x.pow(3).sum(), x.pow(4).sum(), (sample == 0).sum()]
                self.assertEqual(sample.numel(), elements)
                for told, right, most in zip(row, expected, [x.abs().sum(), 0, 0, 0, 0, x.abs().pow(3).sum(), 0, 0]):
                    self.assertLessEqual(abs(told - right.item()), 1e-6 * max(abs(right.item()), float(most)) + 1e-37, (site, every))
            for site, bins in zip(blocks["exponents"][0].sites, blocks["exponents"][1]):
                x = tensors[site]
                sample = observatory_torch._every_run(x, apart, turns[1]) if x.numel() >= 64 * apart else x
                counts = collections.Counter(max(math.frexp(v)[1] + 126, 0) for v in sample.reshape(-1).tolist() if v and math.isfinite(v))
                self.assertEqual(counts, {i: n for i, n in enumerate(bins.tolist()) if n}, (site, apart))

    def test_a_table_of_a_device_does_not_grow_with_micro_batches(self):
        with mock.patch.object(torch.cuda, "get_device_properties", lambda device: types.SimpleNamespace(total_memory=1 << 30)):
            table = observatory_torch._Table(torch.device("cpu"))
        rows = len(table.moments)
        for i in range(3 * rows):  # as launches leave it
            row = table._rows("moments", [(("residual", i % 5, ""), 7)])
            table.moments[row].zero_()[:2] = float(i)
        table.flush = lambda: None
        (block, vector), *more = table.take()
        self.assertEqual((rows, []), (len(table.moments), more))
        self.assertEqual([("residual", i % 5, "") for i in range(3 * rows)], list(block.sites))
        self.assertEqual([2.0 * i for i in range(3 * rows)], vector.view(-1, 8)[:, 0].tolist())
        self.assertEqual([float(i) for i in range(3 * rows)], vector.view(-1, 8)[:, 4].tolist())

    def test_long_lists_are_made_to_json_in_pieces(self):
        document = {"metrics": {"rms": {"at": list(range(10000)), "values": [0.5, "NaN"] * 5000}}, "ä": [{"a": "\u2028"}], "b": None}
        self.assertEqual(json.dumps(document, separators=(",", ":"), ensure_ascii=False), observatory_torch._json(document))
        with self.assertRaises(ValueError):
            observatory_torch._json({"values": [math.nan] * 5000})

    def test_a_killed_process_leaves_whole_frames(self):
        script = (
            "import sys, time, torch; sys.path[:0] = [%r, %r]; torch.set_num_threads(1)\n"
            "from test_observatory_torch import *\n"
            "model, optimizer = make(); watch = observatory_torch.watch(model, optimizer, run='killed', spool=%r)\n"
            "train(model, optimizer, 40, watch); time.sleep(1); print('ready', flush=True)\n"
            "train(model, optimizer, 10**6, watch)\n"
        ) % (os.path.dirname(os.path.abspath(__file__)), os.path.dirname(observatory_torch.__file__), self.spool)
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        process.stdout.readline()
        process.kill()
        process.wait()
        process.stdout.close()
        steps = [frame["step"] for frame in frames(self.spool)]
        self.assertGreaterEqual(len(steps), 40)
        self.assertEqual(list(range(1, 41)), steps[:40])

    def test_two_ranks_merge_to_the_whole_batch(self):
        script = (
            "import sys, os, torch; sys.path[:0] = [%r]; torch.set_num_threads(1)\n"
            "from test_observatory_torch import *\n"
            "import torch.distributed as dist\n"
            "rank = int(os.environ['RANK']); dist.init_process_group('gloo', rank=rank, world_size=2, init_method='file://%s')\n"
            "model, optimizer = make(); ddp = nn.parallel.DistributedDataParallel(model)\n"
            "watch = observatory_torch.watch(ddp, optimizer, spool=%r, probes='profile')\n"
            "batch = tokens(1)[2 * rank : 2 * rank + 2]\n"
            "loss = loss_of(ddp, batch); loss.backward(); optimizer.step(); watch.step(loss=loss); watch.close()\n"
            "print(watch.trouble(), file=sys.stderr)\n"
        ) % (os.path.dirname(os.path.abspath(__file__)), os.path.join(self.spool, "meet"), os.path.join(self.spool, "ranks"))
        ranks = [subprocess.Popen([sys.executable, "-c", script], env=dict(os.environ, RANK=str(r))) for r in (0, 1)]
        self.assertEqual([0, 0], [process.wait(120) for process in ranks])
        parts = frames(os.path.join(self.spool, "ranks"))
        self.assertEqual([0, 1], sorted(frame["rank"] for frame in parts))
        self.assertEqual(1, len({frame["run"] for frame in parts}), "one run, whose name rank 0 gave")
        model, optimizer = make()
        seen = {}
        model.transformer["h"][2].register_forward_hook(lambda m, i, o: seen.__setitem__("x", o.detach().double()))
        loss_of(model, tokens(1))
        x = seen["x"]
        total = lambda name: sum(metric(frame, name, "residual", 2) for frame in parts)
        self.assertEqual(x.numel(), total("elements"))
        self.assertLess(abs(math.sqrt(total("sum_squares") / total("elements")) / x.square().mean().sqrt().item() - 1), 1e-6)
        self.assertAlmostEqual(x.abs().max().item(), max(metric(frame, "abs_max", "residual", 2) for frame in parts), 5)

    def ranks(self, script):
        """What two gloo ranks wrote that ran a script, whose names are rank, spool and those of this file; by rank."""
        meet, folder = os.path.join(self.spool, "meet"), os.path.join(self.spool, "ranks")
        begin = (
            "import sys, os; sys.path[:0] = [%r]\n"
            "from test_observatory_torch import *\n"
            "import torch.distributed as dist\n"
            "torch.set_num_threads(1); rank, spool = int(os.environ['RANK']), %r\n"
            "dist.init_process_group('gloo', rank=rank, world_size=2, init_method='file://%s')\n"
        ) % (os.path.dirname(os.path.abspath(__file__)), folder, meet)
        script = begin + script + "watch.close(); assert not watch.trouble(), watch.trouble()\n"
        both = [subprocess.Popen([sys.executable, "-c", script], env=dict(os.environ, RANK=str(r))) for r in (0, 1)]
        self.assertEqual([0, 0], [process.wait(120) for process in both])
        return sorted(frames(folder), key=lambda frame: frame["rank"])

    def whole(self, **settings):
        """The frame of the whole model, in one process, of the step the ranks took."""
        with tempfile.TemporaryDirectory() as folder:
            model, optimizer = make()
            watch = observatory_torch.watch(model, optimizer, run="whole", spool=folder, sums=True, **settings)
            loss = loss_of(model, tokens(1))
            loss.backward()
            optimizer.step()
            watch.step(loss=loss)
            watch.close()
            return frames(folder)[0]

    @unittest.skipUnless(importlib.util.find_spec("torch.distributed.tensor"), "tensor parallel modules need PyTorch 2.5")
    def test_tensor_parallel_ranks_merge_to_the_whole(self):
        parts = self.ranks(
            "from torch.distributed.tensor.parallel import parallelize_module, ColwiseParallel, RowwiseParallel\n"
            "mesh = dist.init_device_mesh('cpu', (2,)); model, optimizer = make()\n"
            "for block in model.transformer['h']:\n"
            "    parallelize_module(block.mlp, mesh, {'c_fc': ColwiseParallel(), 'c_proj': RowwiseParallel()})\n"
            "optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)\n"
            "watch = observatory_torch.watch(model, optimizer, spool=spool, probes='profile', first_step=10, coordinates={'tensor': rank})\n"
            "loss = loss_of(model, tokens(1)); loss.backward(); optimizer.step(); watch.step(loss=loss)\n"
        )
        whole = self.whole(probes="profile", first_step=10)
        for hook in ("mlp_up", "mlp_hidden"):  # divided over the ranks
            for name in ("elements", "nan", "sum", "sum_squares"):
                self.same(metric(whole, name, hook, 1), sum(metric(part, name, hook, 1) for part in parts), 1e-4)
            self.same(metric(whole, "abs_max", hook, 1), max(metric(part, "abs_max", hook, 1) for part in parts), 1e-5)
        for part in parts:  # a copy on each
            self.same(metric(whole, "rms", "residual", 1), metric(part, "rms", "residual", 1), 1e-5)
            self.same(metric(whole, "norm", "gradient", 1, "ln_1.weight"), metric(part, "norm", "gradient", 1, "ln_1.weight"), 1e-4)
        for name in ("mlp.c_fc.weight", "mlp.c_proj.weight"):
            self.same(metric(whole, "norm", "gradient", 1, name), math.hypot(*(metric(part, "norm", "gradient", 1, name) for part in parts)), 1e-4)
            self.same(metric(whole, "weight_norm", "update", 1, name), math.hypot(*(metric(part, "weight_norm", "update", 1, name) for part in parts)), 1e-5)
        all_of_it = math.hypot(*(part["scalars"]["gradient_norm_of_shard"] for part in parts))
        self.same(whole["scalars"]["gradient_norm"], all_of_it, 1e-5)

    def test_pipeline_ranks_say_which_layers_they_hold(self):
        parts = self.ranks(
            "from torch.distributed import send, recv\n"
            "whole, _ = make(); h, x = whole.transformer['h'], torch.empty(BATCH, CONTEXT, WIDTH)\n"
            "for number, block in enumerate(h): block.layer_number = number + 1\n"
            "stage = nn.Module(); stage.layers = nn.ModuleList(h[:1] if rank == 0 else h[1:])\n"
            "if rank == 0: stage.wte = whole.transformer['wte']\n"
            "else: stage.ln_f, stage.lm_head = whole.transformer['ln_f'], whole.lm_head\n"
            "optimizer = torch.optim.AdamW(stage.parameters(), lr=1e-3)\n"
            "watch = observatory_torch.watch(stage, optimizer, spool=spool, probes='profile', first_step=10, coordinates={'pipeline': rank})\n"
            "batch, loss = tokens(1), None\n"
            "if rank == 0:\n"
            "    y = stage.layers[0](stage.wte(batch[:, :-1]) + whole.transformer['wpe'](torch.arange(CONTEXT)))\n"
            "    send(y.detach(), 1); gradient = torch.empty_like(y); recv(gradient, 1); y.backward(gradient)\n"
            "else:\n"
            "    recv(x, 0); x.requires_grad_(); y = x\n"
            "    for block in stage.layers: y = block(y)\n"
            "    loss = F.cross_entropy(stage.lm_head(stage.ln_f(y)).reshape(-1, VOCABULARY), batch[:, 1:].reshape(-1))\n"
            "    loss.backward(); send(x.grad, 0)\n"
            "optimizer.step(); watch.step(loss=loss)\n"
        )
        whole = self.whole(probes="profile", first_step=10)
        layers = [{site["layer"] for site in part["sites"] if "layer" in site} for part in parts]
        self.assertEqual([{0}, {1, 2}], layers)
        for part, held in zip(parts, layers):
            for layer in held:
                for name in ("elements", "sum_squares", "abs_max"):
                    self.same(metric(whole, name, "residual", layer), metric(part, name, "residual", layer), 1e-6)
                name = "norm", "gradient", layer, "mlp.c_fc.weight"
                self.same(metric(whole, *name), metric(part, *name), 1e-5)

    def same(self, expected, actual, within):
        self.assertLessEqual(abs(actual - expected), within * abs(expected))


def rotated(x):
    """Rotary position embedding of (B, H, T, d)."""
    d, at = x.shape[-1], torch.arange(x.shape[-2], dtype=x.dtype)[:, None]
    angle = at / 100 ** (torch.arange(d // 2, dtype=x.dtype) / (d // 2))
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()], -1)


def by_bmm(q, k, unseen):
    flat = (q * 0.5).flatten(0, 1).bmm(k.flatten(0, 1).transpose(1, 2))
    return flat.view(*q.shape[:3], -1).masked_fill(unseen, -math.inf)


def by_baddbmm(q, k, unseen):
    """As of a GPT-2 that reorders and upcasts."""
    flat = torch.empty(q.shape[0] * q.shape[1], q.shape[2], k.shape[2])
    flat = torch.baddbmm(flat, q.flatten(0, 1), k.transpose(-1, -2).flatten(0, 1), beta=0, alpha=0.5)
    return torch.where(unseen, torch.full([], torch.finfo(q.dtype).min), flat.reshape(*q.shape[:3], -1))


def by_baddbmm_onto_a_bias(q, k, unseen):
    """As BLOOM's, whose bias of position goes in before the product."""
    bias = -torch.arange(k.shape[2], dtype=q.dtype).expand(q.shape[0] * q.shape[1], 1, -1)
    flat = bias.baddbmm(batch1=q.reshape(-1, *q.shape[2:]), batch2=k.reshape(-1, *k.shape[2:]).transpose(1, 2), beta=1.0, alpha=0.5)
    return flat.view(*q.shape[:3], -1) + torch.zeros(unseen.shape).masked_fill(unseen, torch.finfo(q.dtype).min)


def by_bmm_and_back(q, k, unseen):
    """As models of BART's kind: masked in four dimensions, softmax of three."""
    return by_bmm(q, k, unseen).view(-1, q.shape[2], k.shape[2])


def by_einsum(q, k, unseen):
    return (torch.einsum("b t h d, b s h d -> b h t s", q.transpose(1, 2), k.transpose(1, 2)) * 0.5).masked_fill(unseen, -math.inf)


def with_positions(q, k, unseen):
    """As DeBERTa's: of the sum of two products none is that of queries and keys."""
    return (q @ k.transpose(-2, -1) + q @ q.transpose(-2, -1)).masked_fill(unseen, -math.inf)


MULTIPLIED = {"bmm": by_bmm, "baddbmm": by_baddbmm, "alibi": by_baddbmm_onto_a_bias, "back": by_bmm_and_back,
              "einsum": by_einsum, "relative": with_positions}  # fmt: skip


class GroupedAttention(nn.Module):
    """As LLaMA's and Qwen3's: projections apart, norms of queries and keys, rotation, a key head for two of queries."""

    def __init__(self, how, heads=4, shared=2):
        super().__init__()
        self.how, self.heads, self.shared = how, heads, shared
        self.q_proj, self.o_proj = nn.Linear(WIDTH, WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)
        self.k_proj, self.v_proj = (nn.Linear(WIDTH, WIDTH * shared // heads, bias=False) for _ in range(2))
        self.q_norm, self.k_norm = nn.LayerNorm(WIDTH // heads), nn.LayerNorm(WIDTH // heads)
        self.multiplied = []

    def forward(self, x, mask):
        b, t, c = x.shape
        q, k, v = (y.view(b, t, -1, c // self.heads).transpose(1, 2) for y in (self.q_proj(x), self.k_proj(x), self.v_proj(x)))
        q, k = rotated(self.q_norm(q)), rotated(self.k_norm(k))
        if self.how != "compiled":
            self.multiplied.append((q.detach().double(), k.detach().double()))
        k, v = (y.repeat_interleave(self.heads // self.shared, 1) for y in (k, v))
        if self.how == "inside":
            y = self.compiled(q, k, v)
        elif self.how in MULTIPLIED:
            unseen = torch.ones(t, t).tril() == 0 if mask is None else ~mask
            y = MULTIPLIED[self.how](q, k, unseen).softmax(-1).view(b, self.heads, t, t) @ v
        elif self.how == "eager":
            bias = 0.0 if mask is None else torch.zeros(mask.shape).masked_fill(~mask, torch.finfo(x.dtype).min)
            logits = q @ k.transpose(-2, -1) / 2.0
            logits = 3.0 * torch.tanh(logits / 3.0)  # bounded, as Gemma 2 does
            if mask is None:
                logits = logits.masked_fill(torch.ones(t, t).tril() == 0, -math.inf)
            y = (logits + bias).softmax(-1) @ v
        elif mask is not None and self.how == "added":
            y = F.scaled_dot_product_attention(q, k, v, torch.zeros(mask.shape).masked_fill(~mask, -math.inf), scale=0.5)
        else:
            y = F.scaled_dot_product_attention(q, k, v, mask, is_causal=mask is None, scale=0.5)
        return self.o_proj(y.transpose(1, 2).reshape(b, t, c))


class GroupedBlock(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.self_attn, self.mlp = GroupedAttention(how), Mlp()

    def forward(self, x, mask):
        x = x + self.self_attn(self.input_layernorm(x), mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Grouped(nn.Module):
    """The shape of LLaMA, small. mask: (B or 1, 1, T, T), true where a query sees a key; causal unless given."""

    def __init__(self, how):
        super().__init__()
        self.embed_tokens, self.norm = nn.Embedding(VOCABULARY, WIDTH), nn.LayerNorm(WIDTH)
        self.layers = nn.ModuleList(GroupedBlock(how) for _ in range(2))
        self.lm_head = nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, tokens, mask=None):
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x, mask)
        return self.lm_head(self.norm(x))


WAYS = ("eager", "sdpa", "added") if hasattr(F, "scaled_dot_product_attention") else ("eager",)  # public since PyTorch 2.0


def windowed():
    """A causal mask of a window of five; of the first sequence four are padding, of the others none."""
    at = torch.arange(CONTEXT)
    seen = (at[None, :] <= at[:, None]) & (at[None, :] > at[:, None] - 5)
    return torch.stack([seen & (at >= 4)[None, :] | torch.eye(CONTEXT, dtype=torch.bool)] + [seen] * (BATCH - 1))[:, None]


class AttentionLogitsTest(unittest.TestCase):
    """Largest attention logits of models whose queries and keys are projected apart, against a second way to compute them."""

    def setUp(self):
        torch.set_num_threads(1)

    def train(self, how, mask=None, steps=1, probes="forensic", prepare=lambda model: model, first=1):
        """(frames, trouble, the model) of a run; the model as it was trained where nobody watches, for probes None."""
        torch.manual_seed(3)
        model = Grouped(how)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        with tempfile.TemporaryDirectory() as folder:
            watch = probes and observatory_torch.watch(model, optimizer, run="test", spool=folder, probes=probes, first_step=first)
            called = prepare(model)
            for step in range(1, steps + 1):
                batch = tokens(step)
                loss = F.cross_entropy(called(batch[:, :-1], mask).reshape(-1, VOCABULARY), batch[:, 1:].reshape(-1))
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                if watch:
                    watch.step(loss=loss)
            if watch:
                watch.close()
            return frames(folder), watch and watch.trouble(), model

    def expected(self, attention, mask, every=1):
        """The largest logit of each head over the first sequence, one pair of a query and a key after the other."""
        q, k = attention.multiplied[0]
        sees = (lambda t, s: s <= t) if mask is None else (lambda t, s: bool(mask[0, 0, t, s]))
        return [max(abs((q[0, h, t] @ k[0, h // 2, s]).item()) * 0.5 for t in range(0, CONTEXT, every) for s in range(CONTEXT) if sees(t, s))
                for h in range(4)]  # fmt: skip

    def compare(self, frame, model, mask=None, within=1e-5):
        for layer, block in enumerate(model.layers):
            expected = self.expected(block.self_attn, mask)
            told = [metric(frame, "attention_logit_max", "attention_logits", layer, "head %d" % head) for head in range(4)]
            for head in range(4):
                self.assertLess(abs(told[head] / expected[head] - 1), within, (layer, head))
            self.assertEqual(max(told), metric(frame, "attention_logit_max", "attention_logits", layer))

    def test_largest_logits_are_those_of_what_was_multiplied(self):
        for how in WAYS:
            for mask in (None, windowed()):
                with self.subTest(how, masked=mask is not None):
                    told, trouble, model = self.train(how, mask)
                    self.assertEqual("", trouble)
                    self.compare(told[0], model, mask)
                    if mask is not None:  # it hides the largest of some head, or the test would say nothing
                        self.assertNotEqual(self.expected(model.layers[0].self_attn, None), self.expected(model.layers[0].self_attn, mask))

    def test_largest_logits_however_queries_and_keys_are_multiplied(self):
        for how in ("bmm", "baddbmm", "alibi", "back", "einsum"):
            for mask in (None, windowed()):
                with self.subTest(how, masked=mask is not None):
                    told, trouble, model = self.train(how, mask)
                    self.assertEqual("", trouble)
                    self.compare(told[0], model, mask)

    def test_what_is_a_sum_of_two_products_is_none_of_queries_and_keys(self):
        told, trouble, _ = self.train("relative")
        self.assertEqual("", trouble)
        self.assertFalse("attention_logit_max" in told[0]["metrics"])

    def test_largest_logits_of_multi_head_attention(self):
        at = torch.arange(CONTEXT)
        later, padded = at[None, :] > at[:, None], torch.zeros(BATCH, CONTEXT, dtype=torch.bool)
        padded[0, 20:] = True
        low = lambda hidden: torch.zeros(hidden.shape).masked_fill(hidden, -math.inf)
        each = torch.stack([later] * (BATCH * 4))
        each[1] = False  # the second head of the first sequence sees all
        for settings, keywords in (
            ({}, {"attn_mask": later, "need_weights": False}),
            ({}, {"attn_mask": low(later), "key_padding_mask": low(padded)}),
            ({"batch_first": True, "bias": False}, {"attn_mask": each, "key_padding_mask": padded, "average_attn_weights": False}),
            ({"add_bias_kv": True, "add_zero_attn": True}, {"attn_mask": later, "key_padding_mask": padded, "need_weights": False}),
            ({"kdim": 24, "vdim": 40}, {}),
        ):
            with self.subTest(**settings, **{name: getattr(value, "dtype", value) for name, value in keywords.items()}):
                torch.manual_seed(3)
                model = nn.Module()
                model.layers = nn.ModuleList([nn.Module()])
                attention = model.layers[0].self_attn = nn.MultiheadAttention(WIDTH, 4, **settings)
                attention.in_proj_bias is None or nn.init.normal_(attention.in_proj_bias)
                shape = (BATCH, CONTEXT) if attention.batch_first else (CONTEXT, BATCH)
                x, y, z = (torch.randn(*shape, width) for width in (WIDTH, settings.get("kdim", WIDTH), settings.get("vdim", WIDTH)))
                if "kdim" not in settings:
                    y = z = x
                seen = []
                with tempfile.TemporaryDirectory() as folder:
                    expected = attention(x, y, z, **keywords)[0]
                    watch = observatory_torch.watch(model, run="test", spool=folder, probes="forensic")
                    seen.append(attention(x, y, z, **keywords)[0])
                    watch.step()
                    watch.close()
                    frame = frames(folder)[0]
                self.assertEqual("", watch.trouble())
                self.assertTrue(torch.equal(expected, seen[0]))
                first = [(value[0] if attention.batch_first else value[:, 0]).double() for value in (x, y)]
                if attention.in_proj_weight is None:
                    weights = attention.q_proj_weight, attention.k_proj_weight
                else:
                    weights = attention.in_proj_weight[:WIDTH], attention.in_proj_weight[WIDTH : 2 * WIDTH]
                bias = torch.zeros(3 * WIDTH) if attention.in_proj_bias is None else attention.in_proj_bias
                q, k = (v @ w.double().T + bias.double()[i * WIDTH : (i + 1) * WIDTH] for i, (v, w) in enumerate(zip(first, weights)))
                hidden = torch.zeros(4, CONTEXT, CONTEXT, dtype=torch.bool)
                if "attn_mask" in keywords:
                    hidden |= each[:4] if keywords["attn_mask"].dim() == 3 else later
                if "key_padding_mask" in keywords:
                    hidden |= padded[0]
                logits = [(q[:, 8 * h : 8 * h + 8] @ k[:, 8 * h : 8 * h + 8].T / math.sqrt(8)).masked_fill(hidden[h], 0) for h in range(4)]
                if attention.bias_k is not None:
                    more = attention.bias_k[0, 0].double()
                    logits = [torch.cat([logits[h], (q[:, 8 * h : 8 * h + 8] @ more[8 * h : 8 * h + 8] / math.sqrt(8))[:, None]], 1) for h in range(4)]
                for head in range(4):
                    told = metric(frame, "attention_logit_max", "attention_logits", 0, "head %d" % head)
                    self.assertLess(abs(told / logits[head].abs().max().item() - 1), 1e-5, head)

    def test_a_frozen_multi_head_attention_keeps_its_fused_kernel(self):
        torch.manual_seed(3)
        model = nn.Module()
        model.layers = nn.ModuleList([nn.TransformerEncoderLayer(128, 4, 256, 0.0, batch_first=True)])
        model.requires_grad_(False)
        model.layers[0].eval()
        x = torch.randn(4, 65, 128)
        attend = model.layers[0].self_attn
        expected = model.layers[0](x), attend(x, x, x)[0]
        with tempfile.TemporaryDirectory() as folder:
            watch = observatory_torch.watch(model, run="test", spool=folder, probes="forensic")
            for a, b in zip(expected, (model.layers[0](x), attend(x, x, x)[0])):
                self.assertTrue(torch.equal(a, b))
            watch.close()
        self.assertEqual("", watch.trouble())

    def test_weights_are_the_same_bits_and_only_steps_that_look_take_part(self):
        for how in WAYS[:2]:
            expected = self.train(how, steps=11, probes=None)[2]
            for probes in ("continuous", "forensic"):
                told, trouble, model = self.train(how, steps=11, probes=probes)
                self.assertEqual("", trouble)
                self.assertTrue(all(torch.equal(a, b) for a, b in zip(expected.parameters(), model.parameters())), (how, probes))
                steps = [frame["step"] for frame in told if "attention_logit_max" in frame["metrics"]]
                self.assertEqual([10] if probes == "continuous" else list(range(1, 12)), steps)
            for block in model.layers:
                del block.self_attn.multiplied[:10]
            self.compare(told[10], model)

    def test_recomputed_attention_counts_once_and_micro_batches_all(self):
        from torch.utils.checkpoint import checkpoint

        for reentrant in (True, False):
            calls = []

            def recomputed(model):
                for block in model.layers:
                    forward = block.forward
                    block.forward = lambda x, mask, f=forward: checkpoint(f, x, mask, use_reentrant=reentrant)
                return model

            attend = observatory_torch.Watch._logits_of
            try:
                observatory_torch.Watch._logits_of = lambda watch, layer, *what: (calls.append(layer), attend(watch, layer, *what))
                told, trouble, model = self.train(WAYS[-1], prepare=recomputed)
            finally:
                observatory_torch.Watch._logits_of = attend
            self.assertEqual(("", [0, 1]), (trouble, sorted(calls)))
            self.compare(told[0], model)

        def twice(model):  # the second micro-batch is the first again, its queries twice as large
            def called(batch, mask):
                first = model(batch, mask)
                model.layers[0].self_attn.q_norm.weight.data.mul_(2.0)
                return first + model(batch, mask)

            return called

        told, _, model = self.train(WAYS[-1], prepare=twice)
        self.assertAlmostEqual(2.0, metric(told[0], "attention_logit_max", "attention_logits", 0) / max(self.expected(model.layers[0].self_attn, None)), 4)

    def test_an_error_inside_and_close_leave_nothing_behind(self):
        function, active = getattr(F, "scaled_dot_product_attention", None), torch.overrides._get_current_function_mode
        model = Grouped(WAYS[-1])
        with tempfile.TemporaryDirectory() as folder:
            watch = observatory_torch.watch(model, run="test", spool=folder, probes="forensic")
            output = model.layers[1].self_attn.o_proj.forward
            model.layers[1].self_attn.o_proj.forward = lambda x: 1 / 0
            for _ in range(2):
                with self.assertRaises(ZeroDivisionError):
                    model(tokens(1)[:, :-1])
                if observatory_torch._ALWAYS_CALL:  # else until the next pass
                    self.assertIsNone(active())
            model.layers[1].self_attn.o_proj.forward = output
            model(tokens(1)[:, :-1]).sum().backward()
            self.assertIsNone(active())
            watch.close()
            self.assertFalse([m for m in model.modules() if m._forward_hooks or m._forward_pre_hooks])
        self.assertIs(function, getattr(F, "scaled_dot_product_attention", None))

    def test_what_fails_at_an_attention_never_reaches_it(self):
        attend = observatory_torch.Watch._logits_of
        try:
            observatory_torch.Watch._logits_of = lambda *what: 1 / 0
            with contextlib.redirect_stderr(io.StringIO()):
                _, trouble, model = self.train(WAYS[-1], steps=12)
        finally:
            observatory_torch.Watch._logits_of = attend
        self.assertIn("attention failed 10 times", trouble)
        expected = self.train(WAYS[-1], steps=12, probes=None)[2]
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(expected.parameters(), model.parameters())))

    def test_a_watched_attention_is_saved_and_copied_without_what_watches_it(self):
        told, model = [], Grouped(WAYS[-1])
        with tempfile.TemporaryDirectory() as folder:
            watch = observatory_torch.watch(model, run="test", spool=folder, probes="forensic")
            watch._logits_of = lambda layer, *what: told.append(layer)
            file = io.BytesIO()
            torch.save(model, file)
            self.assertNotIn(b"cobservatory_torch\n", file.getvalue(), "it is read where this file is not")
            file.seek(0)
            everything = {} if torch.__version__ < "1.13.1" else {"weights_only": False}
            for other in (torch.load(file, **everything), copy.deepcopy(model)):
                other(tokens(1)[:, :-1]).sum().backward()
                self.assertEqual([], told, "nobody watches a copy")
                self.assertIsNone(torch.overrides._get_current_function_mode())
            model(tokens(1)[:, :-1]).sum().backward()
            self.assertEqual([0, 1], told)
            watch.close()

    def test_attentions_of_two_threads_are_told_apart(self):
        apart = {}

        def one(seed, together):
            model = Grouped(WAYS[-1])

            def meet(*of):  # so that both are inside of an attention
                together.wait(60)

            model.layers[0].self_attn.q_norm.register_forward_hook(meet)
            with tempfile.TemporaryDirectory() as folder:
                watch = observatory_torch.watch(model, run="test", spool=folder, probes="forensic")
                model(tokens(seed)[:, :-1]).sum().backward()
                watch.step()
                watch.close()
                apart[seed] = frames(folder)[0], model

        barrier = threading.Barrier(2)
        threads = [threading.Thread(target=one, args=(seed, barrier)) for seed in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        for frame, model in apart.values():
            self.compare(frame, model)
        self.assertEqual({1, 2}, set(apart))

    def test_of_large_attentions_fewer_queries_are_looked_at_in_parts(self):
        torch.manual_seed(5)
        q, k = torch.randn(6, 40, 8), torch.randn(3, 40, 8)
        whole = (q.double() @ k.double().repeat_interleave(2, 0).transpose(1, 2)).abs() * (torch.ones(40, 40).tril() > 0)
        at = torch.arange(40)
        constants = observatory_torch._AT_ONCE, observatory_torch._PAIRS, observatory_torch._WHOLE
        try:
            for observatory_torch._AT_ONCE in (1, 6 * 40 * 7, 1 << 24):
                told = observatory_torch._largest_logits(q, k, at, observatory_torch._later)
                self.assertLess((told.double() / whole.amax((1, 2)) - 1).abs().max().item(), 1e-5)
            k[2, 7, 0] = math.nan
            self.assertEqual([False] * 4 + [True] * 2, observatory_torch._largest_logits(q, k, at, observatory_torch._later).isnan().tolist())
            observatory_torch._WHOLE = 1  # then one query in four, and one in eight of so many pairs
            for observatory_torch._PAIRS, every in ((1 << 29, 4), (4 * CONTEXT * CONTEXT // 8, 8)):
                told, trouble, model = self.train(WAYS[-1], probes="continuous", first=80)
                self.assertEqual("", trouble)
                expected = self.expected(model.layers[0].self_attn, None, every)
                for head in range(4):
                    got = metric(told[0], "attention_logit_max", "attention_logits", 0, "head %d" % head)
                    self.assertLess(abs(got / expected[head] - 1), 1e-5, every)
        finally:
            observatory_torch._AT_ONCE, observatory_torch._PAIRS, observatory_torch._WHOLE = constants

    @unittest.skipUnless(hasattr(torch.library, "custom_op"), "torch.library.custom_op, by which flash-attn is called, needs PyTorch 2.4")
    def test_queries_and_keys_of_flash_attn_by_a_stand_in(self):
        name = "flash_attn_stand_in::_flash_attn_forward"
        schema = "(Tensor q, Tensor k, Tensor v, float dropout_p, float softmax_scale, bool causal, int window_size_left, int window_size_right) -> Tensor"

        @torch.library.custom_op(name, mutates_args=(), schema=schema)
        def forward(q, k, v, dropout_p, softmax_scale, causal, window_size_left, window_size_right):
            return v.repeat_interleave(q.shape[2] // v.shape[2], 2).contiguous()

        rows = "(Tensor q, Tensor k, Tensor v, Tensor cu_seqlens_q, Tensor cu_seqlens_k, int max_seqlen_q, int max_seqlen_k, float softmax_scale, bool causal) -> Tensor"

        @torch.library.custom_op("flash_attn_stand_in::_flash_attn_varlen_forward", mutates_args=(), schema=rows)
        def in_a_row(q, k, v, cu_seqlens_q, cu_seqlens_k, max_seqlen_q, max_seqlen_k, softmax_scale, causal):
            return q.clone()

        class Flash(torch.autograd.Function):
            @staticmethod
            def forward(context, q, k, v):
                return torch.ops.flash_attn_stand_in._flash_attn_forward(q, k, v, 0.0, 0.5, True, 4, 0)

            @staticmethod
            def backward(context, gradient):
                return gradient, None, None

        class Rows(Flash):
            @staticmethod
            def forward(context, q, k, v):  # of the first sequence there are fifteen, of another more
                ends = torch.tensor([0, 15, BATCH * CONTEXT], dtype=torch.int32)
                flat = [x.reshape(-1, *x.shape[2:]) for x in (q, k, v)]
                return in_a_row(*flat, ends, ends, BATCH * CONTEXT - 15, BATCH * CONTEXT - 15, 0.5, True).view_as(q)

        at = torch.arange(CONTEXT)
        causal = at[None, :] <= at[:, None]
        sdpa = F.scaled_dot_product_attention
        for function, mask in ((Flash, causal & (at[None, :] >= at[:, None] - 4)), (Rows, causal & (at < 15)[:, None])):
            try:
                F.scaled_dot_product_attention = lambda q, k, v, *more, **keywords: function.apply(
                    *(x.transpose(1, 2).contiguous() for x in (q, k, v))).transpose(1, 2)  # fmt: skip
                told, trouble, model = self.train("sdpa")
            finally:
                F.scaled_dot_product_attention = sdpa
            self.assertEqual("", trouble)
            mask = mask | torch.zeros(CONTEXT, CONTEXT, dtype=torch.bool)
            q, k = model.layers[1].self_attn.multiplied[0]
            for head in range(4):
                expected = ((q[0, head] @ k[0, head // 2].T).abs() * mask).max().item() * 0.5
                self.assertLess(abs(metric(told[0], "attention_logit_max", "attention_logits", 1, "head %d" % head) / expected - 1), 1e-5, function)

    @unittest.skipUnless(observatory_torch._compiled_attend is not None, "a mode in compiled code needs PyTorch 2.13")
    def test_compiled_attention_is_seen_without_a_break_or_another_compilation(self):
        for mask in (None, windowed()):
            for probes, steps in (("forensic", 3), ("continuous", 11)):
                graphs = []
                torch.compiler.reset()

                def backend(graph, inputs):
                    graphs.append([str(node.target) for node in graph.graph.nodes])
                    return graph.forward

                prepare = lambda model: torch.compile(model, fullgraph=True, backend=backend)
                told, trouble, _ = self.train("compiled", mask, steps, probes, prepare)
                self.assertEqual("", trouble)
                self.assertEqual(1 if probes == "forensic" else 2, len(graphs), "one with the hooks of each step, one with all")
                self.assertEqual([2] if probes == "forensic" else [0, 2], sorted(sum("attend" in target for target in graph) for graph in graphs))
                expected, _, _ = self.train("sdpa", mask, steps, probes)
                for a, b in zip(expected, told):
                    self.assertEqual("attention_logit_max" in a["metrics"], "attention_logit_max" in b["metrics"], b["step"])
                    if "attention_logit_max" in b["metrics"]:
                        for layer in (0, 1):
                            where = "attention_logit_max", "attention_logits", layer
                            self.assertLess(abs(metric(b, *where) / metric(a, *where) - 1), 1e-4)


    @unittest.skipUnless(observatory_torch._compiled_attend is not None, "a mode in compiled code needs PyTorch 2.13")
    def test_compiled_code_inside_of_an_attention_that_is_not_compiled_is_left_alone(self):
        def run(probes):
            graphs = []
            torch.compiler.reset()

            def backend(graph, inputs):
                graphs.append(graph)
                return graph.forward

            def prepare(model):
                for layer in model.layers:
                    layer.self_attn.compiled = torch.compile(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, scale=0.5), fullgraph=True, backend=backend)
                return model

            with contextlib.redirect_stderr(io.StringIO()):
                told, trouble, model = self.train("inside", steps=22, probes=probes, prepare=prepare)
            return len(graphs), trouble, [p.detach() for p in model.parameters()], told

        graphs, _, expected, _ = run(None)
        for probes in ("continuous", "forensic"):
            watched, trouble, weights, told = run(probes)
            self.assertTrue(all(torch.equal(a, b) for a, b in zip(expected, weights)))
            self.assertLessEqual(watched, 2 * graphs, "once with a mode that is active there, and then no more")
            self.assertIn("calls compiled code", trouble)
            self.assertFalse(any("attention_logit_max" in frame["metrics"] for frame in told[10:]))


@unittest.skipUnless(observatory_torch._compiled_look is not None, "an operator of one's own needs PyTorch 2.4")
class CompiledTest(unittest.TestCase):
    """torch.compile: the hooks are an operator in the compiled code, without a break in the graph."""

    def frames(self, prepare, steps=11):
        torch.compiler.reset()
        with tempfile.TemporaryDirectory() as folder:
            model, optimizer = make()
            to_watch, to_call = prepare(model)
            watch = observatory_torch.watch(to_watch, optimizer, run="test", spool=folder)
            train(to_call(), optimizer, steps, watch)
            watch.close()
            return frames(folder), watch.trouble()

    def test_hooks_are_called_however_it_was_compiled(self):
        def compiled_before(model):
            compiled = torch.compile(model, fullgraph=True)
            loss_of(compiled, tokens(0)).backward()  # compiled without hooks
            model.zero_grad()
            return compiled, lambda: compiled

        plain, _ = self.frames(lambda model: (model, lambda: model))
        for prepare in (lambda model: (model, lambda: torch.compile(model, fullgraph=True)), compiled_before):
            told, trouble = self.frames(prepare)
            self.assertEqual("", trouble)
            for a, b in zip(plain, told):
                hooks = lambda frame: {site["hook"] for site in frame["sites"]} - {"norm_example_gradient"}  # of autograd, not there
                self.assertEqual(hooks(a), hooks(b), "step %d" % a["step"])
                self.assertLess(abs(metric(b, "rms", "residual", 2) / metric(a, "rms", "residual", 2) - 1), 1e-3)

    def test_two_watches_of_one_class_see_each_its_own(self):
        torch.compiler.reset()
        with tempfile.TemporaryDirectory() as folder:
            runs = []
            for seed in (7, 8):
                model, optimizer = make(seed)
                expected = []
                handle = model.transformer["h"][2].register_forward_hook(lambda m, i, y: expected.append(y.detach().square().mean().sqrt().item()))
                loss_of(model, tokens(1))
                handle.remove()
                watch = observatory_torch.watch(model, optimizer, run="test", spool=os.path.join(folder, str(seed)))
                runs.append((seed, torch.compile(model, backend="eager", fullgraph=True), optimizer, watch, expected[0]))
            for _, model, optimizer, watch, _ in runs + runs:
                train(model, optimizer, 1, watch)
            for seed, _, _, watch, expected in runs:
                watch.close()
                first, second = frames(os.path.join(folder, str(seed)))
                self.assertLess(abs(metric(first, "rms", "residual", 2) / expected - 1), 1e-5)
                self.assertNotEqual(metric(first, "rms", "residual", 2), metric(second, "rms", "residual", 2))

    def test_a_watch_that_comes_too_late_says_so(self):
        def too_late(model):
            compiled = torch.compile(model)
            loss_of(compiled, tokens(0)).backward()
            model.zero_grad()
            return model, lambda: compiled

        with contextlib.redirect_stderr(io.StringIO()) as said:
            _, trouble = self.frames(too_late, 4)
        self.assertIn("no hook was called in three steps: if the model is compiled", trouble)
        self.assertIn("give watch() the compiled model", said.getvalue())


@unittest.skipUnless(torch.cuda.is_available(), "no CUDA device here")
class CudaTest(unittest.TestCase):
    """The fused reductions against those on the host, and a whole watch on the device."""

    def test_fused_reductions_are_those_of_the_host(self):
        torch.manual_seed(3)
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            for elements in (1000, 65536, 1_000_003):
                for every in (1, 8):
                    x = (torch.randn(elements) * 3).to(dtype)
                    x[5], x[77], x[130:140] = math.nan, math.inf, 0
                    every = 1 if elements < observatory_torch._WHOLE else every
                    for at_once in (False, True):
                        self.compare(x, every, at_once)

    def compare(self, x, every, at_once):
        table, y = observatory_torch._Table(torch.device("cuda", 0)), x.cuda()
        table.reduce(("mlp_up", 0, ""), {"moments", "shape", "exponents"}, y, every, 8, 17, at_once)
        of = {block.kind: (block, vector.tolist()) for block, vector in table.take()}
        moments = [of["fused"][0].more[0]] + of["fused"][1]
        sample = observatory_torch._sample(x, every, 17).double()
        clean = torch.where(torch.isfinite(sample), sample, torch.zeros(()).double())
        expected = [sample.numel(), clean.sum(), clean.square().sum(), sample.isnan().sum(), sample.isinf().sum(), clean.abs().max(),
                    clean.pow(3).sum(), clean.pow(4).sum(), (sample == 0).sum()]  # fmt: skip
        scale = [1, sample.numel(), 1, 1, 1, 1, sample.numel(), 1, 1]  # sums of both signs: against their size
        for got, want, size in zip(moments, expected, scale):
            self.assertLess(abs(got - float(want)) / max(size, abs(float(want))), 1e-6, (x.dtype, x.numel(), every, at_once))
        if x.numel() >= 65536:
            self.assertEqual(observatory_torch._exponents(x, 8, 17).tolist(), of["exponents"][1])

    def launched(self, prepare=lambda table: None):
        """What is told of tensors whose sizes, kinds and places differ, each launched for itself and twice."""
        torch.manual_seed(4)
        table = observatory_torch._Table(torch.device("cuda", 0))
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            for elements, every, step in ((1000, 1, 16), (65_537, 8, 17), (1 << 20, 1, 3), (1_000_003, 8, 24)):
                for due in (("moments",), ("moments", "exponents"), ("exponents",)):
                    x = torch.randn(elements).to(dtype).cuda()
                    x[9] = math.inf
                    for _ in range(2):
                        table.reduce(("mlp_up", 0, ""), due, x, every, 8, step, True)
                        prepare(table)
        return [(block, vector.tolist()) for block, vector in table.take()], table.direct

    def test_a_launch_past_the_front_end_is_as_one_through_it(self):
        def ordinary(table):
            table.direct = False

        told, direct = self.launched()
        self.assertEqual((told, True), (self.launched(ordinary)[0], direct))
        for block, vector in told:
            rows = torch.tensor(vector).view(len(block.sites), -1)
            self.assertTrue(torch.equal(rows[::2], rows[1::2]), block.kind)  # the first of each two is compiled, the second is not

    def test_a_launch_past_the_front_end_that_fails_goes_through_it(self):
        def other_version(table):
            table.compiled = {kind: object() for kind in table.compiled}

        told, direct = self.launched(other_version)
        self.assertEqual((self.launched()[0], False), (told, direct))

    def test_bits_are_the_same_and_an_overflow_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            weights = []
            for probes in (None, "continuous", "profile", "forensic"):
                model, optimizer = make()
                model.cuda()
                watch = probes and observatory_torch.watch(model, optimizer, run="test", spool=folder, probes=probes)
                for step in range(1, 22):
                    batch = tokens(step).cuda()
                    optimizer.zero_grad()
                    with torch.autocast("cuda", dtype=torch.bfloat16):
                        loss = loss_of(model, batch)
                    loss.backward()
                    optimizer.step()
                    if watch:
                        watch.step(loss=loss)
                if watch:
                    watch.close()
                    self.assertEqual("", watch.trouble())
                weights.append([p.detach().clone() for p in model.parameters()])
            for other in weights[1:]:
                self.assertTrue(all(torch.equal(a, b) for a, b in zip(weights[0], other)))
        with tempfile.TemporaryDirectory() as folder:
            model, optimizer = make()
            model.cuda()
            watch = observatory_torch.watch(model, optimizer, run="test", spool=folder, probes="profile")
            with torch.no_grad():
                model.transformer["h"][1].mlp.c_fc.weight.mul_(2e5)  # 100 times what fp16 holds, once summed
            with torch.autocast("cuda", dtype=torch.float16):
                loss_of(model, tokens(1).cuda()).backward()
            watch.step()
            watch.close()
            frame = frames(folder)[0]
            bad = [frame["sites"][at] for name in ("inf", "nan")
                   for at, count in zip(frame["metrics"][name]["at"], frame["metrics"][name]["values"]) if count]  # fmt: skip
            self.assertIn({"hook": "mlp_up", "layer": 1}, bad)
            self.assertFalse([site for site in bad if site.get("layer") == 0], "nothing before it")


class RuleTest(unittest.TestCase):
    """Names as other code gives them."""

    def test_names(self):
        for name, expected in {
            "transformer.h.3": ("residual", 3, False),
            "transformer.h.3.attn.c_attn": ("qkv", 3, False),
            "transformer.h.3.mlp.c_proj": ("mlp_hidden", 3, True),
            "model.layers.17.self_attn.q_proj": ("qkv", 17, False),
            "model.layers.17.mlp.gate_proj": ("mlp_up", 17, False),
            "model.layers.17.mlp.down_proj": ("mlp_hidden", 17, True),
            "model.layers.17.input_layernorm": ("attention_norm", 17, False),
            "model.layers.17.post_attention_layernorm": ("mlp_norm", 17, False),
            "decoder.layers.0.self_attention.linear_qkv": ("qkv", 0, False),
            "decoder.layers.0.mlp.linear_fc1": ("mlp_up", 0, False),
            "gpt_neox.layers.5.attention.query_key_value": ("qkv", 5, False),
            "gpt_neox.layers.5.mlp.dense_4h_to_h": ("mlp_hidden", 5, True),
            "layers.2.feed_forward.w1": ("mlp_up", 2, False),
            "model.layers.2.mlp.gate_up_proj": ("mlp_up", 2, False),
            "encoder.block.3.layer.0": None,
            "backbone.layers.3.mixer.in_proj": None,
            "layers.2.attention": ("attention_out", 2, False),
            "transformer.wte": ("embedding", -1, False),
            "model.embed_tokens": ("embedding", -1, False),
            "model.norm": ("final_norm", -1, False),
            "lm_head": ("logits", -1, False),
            "transformer.h.3.attn.resid_dropout": None,
            "model.rotary_emb": None,
        }.items():  # fmt: skip
            self.assertEqual(expected, observatory_torch._rule(name), name)

    def sites(self, *names):
        """Where a model is watched whose modules have these names."""
        model = nn.Module()
        for name in names:
            at = model
            for part in name.split("."):
                if not hasattr(at, part):
                    at.add_module(part, nn.Identity())
                at = getattr(at, part)
        with tempfile.TemporaryDirectory() as spool, contextlib.redirect_stderr(io.StringIO()):
            watch = observatory_torch.watch(model, run="test", spool=spool)
            watch.close()
            sites = {observatory_torch._plain(watched): site for watched, site in watch._by_index}
            return [sites.get(name) for name in names], spooled(spool)[0]["details"]

    def test_a_gate_is_what_the_activation_reads_and_the_other_half_is_beside_it(self):
        self.assertEqual(([("mlp_up", 1, ""), ("mlp_up", 1, "mlp.up_proj")]), self.sites("layers.1.mlp.gate_proj", "layers.1.mlp.up_proj")[0])
        self.assertEqual([("mlp_up", 1, "")], self.sites("layers.1.mlp.up_proj")[0])

    def test_attention_inside_of_attention_counts_once(self):
        self.assertEqual([("attention_out", 1, ""), None], self.sites("h.1.attn", "h.1.attn.attention")[0])

    def test_a_norm_after_attention_is_none_of_the_mlp_where_that_has_its_own(self):
        both = "layers.1.post_attention_layernorm", "layers.1.pre_feedforward_layernorm"
        self.assertEqual([("attention_out", 1, "post_attention_layernorm"), ("mlp_norm", 1, "")], self.sites(*both)[0])
        self.assertEqual([("mlp_norm", 1, "")], self.sites(both[0])[0])

    def test_norms_after_what_they_norm_are_beside_it(self):
        olmo = ["layers.1.self_attn", "layers.1.mlp", "layers.1.post_attention_layernorm", "layers.1.post_feedforward_layernorm"]
        attention, mlp = ("attention_out", 1, "post_attention_layernorm"), ("mlp_out", 1, "post_feedforward_layernorm")
        for names in (olmo, olmo[::-1]):
            expected = dict(zip(olmo, [("attention_out", 1, ""), ("mlp_out", 1, ""), attention, mlp]))
            self.assertEqual([expected[name] for name in names], self.sites(*names)[0])
        glm = ["layers.1.post_attention_layernorm", "layers.1.post_self_attn_layernorm", "layers.1.post_mlp_layernorm"]
        expected = [("mlp_norm", 1, ""), ("attention_out", 1, "post_self_attn_layernorm"), ("mlp_out", 1, "post_mlp_layernorm")]
        self.assertEqual(expected, self.sites(*glm)[0])

    def test_gains_of_norms_after_what_they_norm_have_gradients_of_single_sequences(self):
        class After(nn.Module):
            def __init__(self):
                super().__init__()
                self.mlp, self.post_feedforward_layernorm = Mlp(), nn.LayerNorm(WIDTH)

            def forward(self, x):
                return x + self.post_feedforward_layernorm(self.mlp(x))

        torch.manual_seed(3)
        model = nn.Sequential(collections.OrderedDict(embed_tokens=nn.Embedding(VOCABULARY, WIDTH), layers=nn.Sequential(After(), After())))
        gain, own = model.layers[0].post_feedforward_layernorm.weight, []
        for row in tokens(1):
            own.append(torch.autograd.grad(model(row[None]).square().sum() / BATCH, gain)[0].double() * BATCH)
        with tempfile.TemporaryDirectory() as spool:
            watch = observatory_torch.watch(model, run="test", spool=spool, probes="forensic")
            (model(tokens(1)).square().sum() / BATCH).backward()
            watch.step()
            watch.close()
            frame = frames(spool)[0]
        expected = torch.stack(own).square().sum(1).mean().item()
        told = metric(frame, "example_gradient_square", "norm_example_gradient", 0, "post_feedforward_layernorm.weight")
        self.assertLess(abs(told / expected - 1), 1e-4)
        self.assertGreater(metric(frame, "rms", "mlp_out", 0, "post_feedforward_layernorm"), 0)

    def test_the_layers_of_a_second_stack_are_counted_on(self):
        names = ["encoder.embed_tokens", "encoder.block.0", "encoder.block.0.layer.1", "decoder.embed_tokens", "decoder.block.0",
                 "decoder.block.1", "vision.layers.0.mlp"]  # fmt: skip
        sites, details = self.sites(*names)
        self.assertEqual([("embedding", -1, ""), ("residual", 2, ""), None, ("embedding", -1, "decoder.embed_tokens"), ("residual", 0, ""),
                          ("residual", 1, ""), ("mlp_out", 3, "")], sites)  # fmt: skip
        self.assertEqual("decoder.block from layer 0, encoder.block from layer 2, vision.layers from layer 3", details["stacks"])

    def test_wrappers_are_not_part_of_a_name(self):
        self.assertEqual("transformer.h.3.mlp", observatory_torch._plain("module._orig_mod.transformer.h.3._fsdp_wrapped_module.mlp"))


if __name__ == "__main__":
    unittest.main()
