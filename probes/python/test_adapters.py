"""Loops that are not ours: Hugging Face, Lightning, Megatron, fully sharded. The real packages where they are installed;
where they are not, stand-ins that call what those packages document, in their order."""

import contextlib, importlib.util, io, os, pickle, subprocess, sys, tempfile, types, unittest
from unittest import mock

import torch
import torch.nn as nn

import observatory_torch
from test_observatory_torch import BATCH, CONTEXT, LAYERS, VOCABULARY, Gpt, frames, loss_of, make, metric, spooled, tokens, train


def version():
    return tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2] if part.isdigit())


def there(module):
    return importlib.util.find_spec(module) is not None and version() >= (2, 1)


class WithLoss(Gpt):
    """Returns its loss as a model of Hugging Face does: its own mean, or a part of that of as many tokens as it is told."""

    def forward(self, tokens, num_items_in_batch=None):
        logits = super().forward(tokens[:, :-1])
        loss = nn.functional.cross_entropy(logits.reshape(-1, VOCABULARY), tokens[:, 1:].reshape(-1), reduction="sum")
        return {"loss": loss / (num_items_in_batch or tokens[:, 1:].numel()), "logits": logits}


class AdapterTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.spool = self.folder.name
        torch.set_num_threads(1)

    def tearDown(self):
        self.folder.cleanup()

    def settings(self, **more):
        return {"run": "test", "spool": self.spool, "probes": "profile", **more}

    def expected(self, steps, clip=None):
        """Losses and gradient norms of a plain loop."""
        model, optimizer = make()
        told = []
        for step in range(1, steps + 1):
            optimizer.zero_grad()
            loss = loss_of(model, tokens(step))
            loss.backward()
            told.append((loss.item(), nn.utils.clip_grad_norm_(model.parameters(), clip or 1e9).item()))
            optimizer.step()
        return told, [p.detach().clone() for p in model.parameters()]

    def compare(self, expected, names=("loss", "gradient_norm")):
        told = frames(self.spool)
        self.assertEqual(list(range(1, len(expected) + 1)), [frame["step"] for frame in told])
        for frame, (loss, norm) in zip(told, expected):
            self.assertAlmostEqual(loss, frame["scalars"][names[0]], 5)
            self.assertAlmostEqual(norm / frame["scalars"][names[1]], 1, 4)
            self.assertEqual(0, frame["scalars"]["skipped"])
            self.assertGreater(metric(frame, "rms", "residual", 1), 0)
        self.assertEqual(["start", "end"], [document["kind"] for document in spooled(self.spool) if document["type"] == "event"])

    def hugging_face(self, **more):
        package = types.ModuleType("transformers")
        package.TrainerCallback = type("TrainerCallback", (), {})
        with mock.patch.dict(sys.modules, {"transformers": package}):
            return observatory_torch.huggingface_callback(**self.settings(**more))

    @unittest.skipUnless(version() >= (2, 0), "hooks that see keywords need PyTorch 2.0, which transformers needs too")
    def test_hugging_face_by_a_stand_in(self):
        callback = self.hugging_face()
        torch.manual_seed(7)
        model = WithLoss()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        arguments, state = types.SimpleNamespace(max_grad_norm=0.5, world_size=1, output_dir=self.spool), types.SimpleNamespace(global_step=0)
        callback.on_train_begin(arguments, state, None, model=model, optimizer=optimizer)
        for step in range(1, 5):
            callback.on_step_begin(arguments, state, None)
            loss = model(tokens(step))["loss"]
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            optimizer.zero_grad()
            state.global_step = step
            callback.on_step_end(arguments, state, None)
            if step != 3:
                callback.on_log(arguments, state, None, logs={"loss": round(loss.item(), 4), "grad_norm": norm.item()})
        callback.on_train_end(arguments, state, None)
        expected, weights = self.expected(4, 0.5)
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(weights, model.parameters())))
        third = frames(self.spool)[2]["scalars"]
        self.assertNotIn("gradient_norm", third, "what is known there is the norm after clipping")
        self.assertAlmostEqual(0.5, third["clipped_gradient_norm"], 4)
        for frame, (loss, norm) in zip(frames(self.spool), expected):
            self.assertAlmostEqual(loss, frame["scalars"]["loss"], 5)
            if frame["step"] != 3:
                self.assertAlmostEqual(norm, frame["scalars"]["gradient_norm"], 5)
            self.assertEqual(0.0, frame["scalars"]["seen_before"], "the model was given other tokens")

    @unittest.skipUnless(version() >= (2, 0), "hooks that see keywords need PyTorch 2.0, which transformers needs too")
    def test_the_loss_of_a_hugging_face_step_is_that_of_all_its_micro_batches(self):
        expected = loss_of(make()[0], tokens(1)).item()
        halves = tokens(1)[: BATCH // 2], tokens(1)[BATCH // 2 :]
        for compiled in (False, True) if observatory_torch._compiled_look is not None else (False,):
            # Of the tokens of a micro-batch: the model means its own; is told those of the step; of a step on two ranks.
            for items, ranks in ((None, 1), (BATCH * CONTEXT, 1), (2 * BATCH * CONTEXT, 2)):
                with tempfile.TemporaryDirectory() as spool:
                    torch.manual_seed(7)
                    model, callback = WithLoss(), self.hugging_face(spool=spool)
                    arguments = types.SimpleNamespace(world_size=ranks, average_tokens_across_devices=True, output_dir=spool)
                    state = types.SimpleNamespace(global_step=0)
                    callback.on_train_begin(arguments, state, None, model=model)
                    called = torch.compile(model, backend="aot_eager", fullgraph=True) if compiled else model
                    for half in halves:
                        called(half, num_items_in_batch=items)["loss"].backward()
                    callback.on_log(arguments, state, None, logs={"loss": 7.0})  # the mean of many steps
                    callback.on_step_end(arguments, state, None)
                    callback.on_train_end(arguments, state, None)
                    self.assertEqual("", callback.watch.trouble())
                    self.assertAlmostEqual(expected, frames(spool)[0]["scalars"]["loss"], 4, (compiled, items, ranks))

    @unittest.skipUnless(there("transformers") and there("accelerate"), "transformers and accelerate are not installed here")
    def test_hugging_face(self):
        import transformers

        model = transformers.GPT2LMHeadModel(transformers.GPT2Config(
            vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=32, n_layer=LAYERS, n_head=2, bos_token_id=0, eos_token_id=0))  # fmt: skip
        data = [{"input_ids": row, "labels": row} for step in range(8) for row in tokens(step)[:, :-1]]
        told = []

        class Logs(transformers.TrainerCallback):
            def on_log(self, arguments, state, control, logs=None, **more):
                told.append((state.global_step, dict(logs)))

        for accumulate, logging_steps in ((1, 1), (2, 1), (2, 4)):
            with tempfile.TemporaryDirectory() as spool, tempfile.TemporaryDirectory() as out:
                told.clear()
                arguments = transformers.TrainingArguments(
                    output_dir=out, max_steps=4, per_device_train_batch_size=BATCH, gradient_accumulation_steps=accumulate, logging_steps=logging_steps,
                    report_to=[], use_cpu=True, save_strategy="no", disable_tqdm=True, seed=3)  # fmt: skip
                callback = observatory_torch.huggingface_callback(**self.settings(spool=spool))
                with contextlib.redirect_stdout(None):
                    transformers.Trainer(model=model, args=arguments, train_dataset=data, callbacks=[callback, Logs()]).train()
                self.assertEqual("", callback.watch.trouble())
                of = {frame["step"]: frame for frame in frames(spool)}
                self.assertEqual([1, 2, 3, 4], sorted(of))
                for step, log in told:
                    if "grad_norm" in log:
                        losses = [of[each]["scalars"]["loss"] for each in range(step - logging_steps + 1, step + 1)]
                        self.assertAlmostEqual(log["loss"], sum(losses) / logging_steps, 3)
                        self.assertAlmostEqual(log["grad_norm"], of[step]["scalars"]["gradient_norm"], 3)
                seen = [of[step]["scalars"]["seen_before"] for step in sorted(of)]
                self.assertEqual([0.0] * 4, seen, "each sequence once in a pass over the data")
                pickle.dumps(model)  # as a callback of others may
                for hook in ("residual", "qkv", "mlp_up", "mlp_hidden", "attention_norm", "mlp_norm", "attention_out", "mlp_out"):
                    self.assertGreater(metric(of[2], "rms", hook, LAYERS - 1), 0, hook)

    @unittest.skipUnless(there("transformers"), "transformers is not installed here")
    def test_attention_logits_of_families_of_models(self):
        import transformers
        from transformers import modeling_utils

        sizes = {"vocab_size": VOCABULARY, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}  # fmt: skip
        of_gpt2 = {"vocab_size": VOCABULARY, "n_embd": 32, "n_layer": 2, "n_head": 4, "bos_token_id": 1, "eos_token_id": 2}
        interface, seen = modeling_utils.AttentionInterface.get_interface, []

        def recorded(interfaces, name, default):
            attention = interface(interfaces, name, default)

            def record(module, query, key, value, mask, *more, scaling=None, **keywords):
                seen.append((query.detach().double(), key.detach().double(), mask, scaling))
                return attention(module, query, key, value, mask, *more, scaling=scaling, **keywords)

            return record

        for family, settings in (
            ("Llama", sizes), ("Mistral", {**sizes, "sliding_window": 6}), ("Qwen3", {**sizes, "head_dim": 8}), ("Olmo2", sizes),
            ("Gemma2", {**sizes, "head_dim": 8, "attn_logit_softcapping": 0.5, "query_pre_attn_scalar": 5, "sliding_window": 6}),
            ("GPT2", of_gpt2),
        ):  # fmt: skip
            for how in ("sdpa", "eager"):
                torch.manual_seed(7)
                kind = transformers.GPT2LMHeadModel if family == "GPT2" else getattr(transformers, family + "ForCausalLM")
                model = kind._from_config(getattr(transformers, family + "Config")(**settings), attn_implementation=how).train()
                with torch.no_grad():
                    for p in model.parameters():
                        p.mul_(4.0 if p.dim() > 1 else 1.0)
                batch = tokens(1)[:, :-1]
                there = torch.ones_like(batch)
                there[0, :5] = family == "GPT2"  # of queries and keys in one projection padding counts too
                seen.clear()
                with tempfile.TemporaryDirectory() as spool, mock.patch.object(modeling_utils.AttentionInterface, "get_interface", recorded):
                    watch = observatory_torch.watch(model, **self.settings(spool=spool, probes="forensic"))
                    model(input_ids=batch, attention_mask=there, labels=batch).loss.backward()
                    watch.step()
                    watch.close()
                    frame = frames(spool)[0]
                self.assertEqual(("", 2), (watch.trouble(), len(seen)), family)
                for layer, (query, key, mask, scaling) in enumerate(seen):
                    logits = query[0] @ key[0].repeat_interleave(query.shape[1] // key.shape[1], 0).transpose(1, 2) * (scaling or 8**-0.5)
                    sees = torch.ones(CONTEXT, CONTEXT).tril() > 0 if mask is None else mask[0] if mask.dtype == torch.bool else mask[0] > -1e4
                    for head, expected in enumerate(logits.abs().masked_fill(~sees, 0).amax((1, 2)).tolist()):
                        told = metric(frame, "attention_logit_max", "attention_logits", layer, "head %d" % head)
                        self.assertLess(abs(told / expected - 1), 1e-5, (family, how, layer, head))

    @unittest.skipUnless(version() >= (2, 0), "hooks that see keywords need PyTorch 2.0, which transformers needs too")
    def test_a_run_that_begins_again_is_the_next_incarnation_of_its_name(self):
        out = os.path.join(self.spool, "out")

        def begun(step, out=out, **settings):
            callback = self.hugging_face(**settings)
            state = types.SimpleNamespace(global_step=step)
            callback.on_train_begin(types.SimpleNamespace(world_size=1, output_dir=out), state, None, model=WithLoss())
            callback.watch.close()
            return callback.watch._origin["incarnation"]

        self.assertEqual([0, 1, 2], [begun(step) for step in (0, 40, 0)])
        self.assertEqual([0, 3], [begun(40, run="another"), begun(40)], "a checkpoint of another run begins a new one")
        self.assertEqual([4, 5], [begun(0, out + "2"), begun(0)], "whatever folder: there is one run of a name")
        self.assertEqual(0, begun(0, spool=os.path.join(self.spool, "elsewhere"), run="third"))
        self.assertEqual(1, begun(40, spool=os.path.join(self.spool, "new"), run="third"), "a machine that never had it")
        self.assertEqual([7, 0], [begun(40, incarnation=7), begun(40, run=None)], "who keeps count; a name made now")
        file = os.path.join(out, observatory_torch._INCARNATIONS)
        with open(file, "w") as kept:
            kept.write("[3")
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual([8, 9], [begun(40), begun(0)], "the spool's folder knows")
            self.assertEqual([1, 0], [begun(step, spool=os.path.join(self.spool, str(step))) for step in (40, 0)])
        self.assertIn(file + " should hold the last incarnation of each run", said.getvalue())
        os.remove(file)
        self.assertEqual(1, begun(40, spool=os.path.join(self.spool, "newer")), "trained before this was written down")

    @unittest.skipUnless(there("transformers") and there("accelerate"), "transformers and accelerate are not installed here")
    def test_a_hugging_face_run_that_is_resumed_tells_its_steps_as_another_incarnation(self):
        import transformers

        configuration = transformers.LlamaConfig(vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
                                                 num_attention_heads=2, num_key_value_heads=1, bos_token_id=0, eos_token_id=0)  # fmt: skip
        data = [{"input_ids": row, "labels": row} for step in range(8) for row in tokens(step)[:, :-1]]
        with tempfile.TemporaryDirectory() as out:
            for checkpoint in (None, os.path.join(out, "checkpoint-2")):
                arguments = transformers.TrainingArguments(
                    output_dir=out, max_steps=4, per_device_train_batch_size=BATCH, logging_steps=1, save_steps=2, report_to=[], use_cpu=True,
                    disable_tqdm=True, seed=3)  # fmt: skip
                callback = observatory_torch.huggingface_callback(**self.settings())
                model = transformers.LlamaForCausalLM(configuration)
                with contextlib.redirect_stdout(None):
                    transformers.Trainer(model=model, args=arguments, train_dataset=data, callbacks=[callback]).train(checkpoint)
                self.assertEqual("", callback.watch.trouble())
        told = [(frame["incarnation"], frame["step"]) for frame in frames(self.spool)]
        self.assertEqual([(0, 1), (0, 2), (0, 3), (0, 4), (1, 3), (1, 4)], sorted(told))

    def test_an_optimizer_in_a_wrapper_is_watched_inside_of_it(self):
        class Wrapper(torch.optim.Optimizer):
            """As accelerate's, which has none of the parts of an optimiser, and does nothing while gradients are accumulated."""

            def __init__(self, optimizer):
                self.optimizer, self.scaler, self.due = optimizer, types.SimpleNamespace(_scale=torch.tensor(8.0)), False

            @property
            def param_groups(self):
                return self.optimizer.param_groups

            def step(self):
                if self.due:
                    self.optimizer.step()

        model, optimizer = make()
        optimizer = Wrapper(optimizer)
        watch = observatory_torch.watch(model, optimizer, **self.settings())
        for optimizer.due in (False, True):
            loss_of(model, tokens(1)).backward()
            optimizer.step()
            watch.step()
        watch.close()
        self.assertEqual("", watch.trouble())
        told = [frame["scalars"] for frame in frames(self.spool)]
        self.assertEqual([(1, 8.0), (0, 8.0)], [(scalars["skipped"], scalars["loss_scale"]) for scalars in told])

    def lightning(self, package, trainer_of, **more):
        outer = self

        class Module(package.LightningModule):
            def __init__(self):
                super().__init__()
                self.model = make()[0]

            def training_step(self, batch, index):
                return loss_of(self.model, batch)

            def configure_optimizers(self):
                return torch.optim.AdamW(self.model.parameters(), lr=1e-3)

        module, callback = Module(), observatory_torch.lightning_callback(**outer.settings(**more))
        batches = torch.utils.data.DataLoader([tokens(step) for step in range(1, 5)], batch_size=None)
        trainer_of(callback).fit(module, batches)
        return module, callback

    @unittest.skipUnless(there("lightning"), "lightning is not installed here")
    def test_lightning(self):
        import logging

        import lightning.pytorch as package

        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)

        def trainer(callback, **more):
            return package.Trainer(max_steps=4, gradient_clip_val=0.5, accelerator="cpu", **more, logger=False, enable_checkpointing=False,
                                   callbacks=[callback], enable_progress_bar=False, enable_model_summary=False)  # fmt: skip

        module, callback = self.lightning(package, trainer)
        self.assertEqual("", callback.watch.trouble())
        expected, weights = self.expected(4, 0.5)
        self.compare(expected)
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(weights, module.model.parameters())))
        spool = os.path.join(self.spool, "accumulated")
        _, callback = self.lightning(package, lambda callback: trainer(callback, accumulate_grad_batches=2), spool=spool)
        model = make()[0]
        expected = (loss_of(model, tokens(1)) + loss_of(model, tokens(2))).item() / 2
        self.assertAlmostEqual(expected, frames(spool)[0]["scalars"]["loss"], 5)

    def test_lightning_by_a_stand_in(self):
        package = types.ModuleType("lightning.pytorch")
        package.Callback = type("Callback", (), {})
        package.LightningModule = type("LightningModule", (nn.Module,), {"automatic_optimization": True})

        class Trainer:
            """The order of its loop: the closure of the optimiser's step goes forward, back, calls and clips."""

            def __init__(self, callback):
                self.callback, self.global_step, self.precision_plugin = callback, 0, None

            def fit(self, module, batches):
                self.optimizers = [module.configure_optimizers()]
                self.callback.on_train_start(self, module)
                for index, batch in enumerate(batches):
                    out = {}
                    self.callback.on_train_batch_start(self, module, batch, index)

                    def closure():
                        self.optimizers[0].zero_grad()
                        out["loss"] = module.training_step(batch, index)
                        out["loss"].backward()
                        self.callback.on_before_optimizer_step(self, module, self.optimizers[0])
                        nn.utils.clip_grad_norm_(module.parameters(), 0.5)
                        return out["loss"]

                    self.optimizers[0].step(closure=closure)
                    self.global_step += 1
                    self.callback.on_train_batch_end(self, module, out, batch, index)
                self.callback.on_train_end(self, module)

        with mock.patch.dict(sys.modules, {"lightning": types.ModuleType("lightning"), "lightning.pytorch": package}):
            module, _ = self.lightning(package, Trainer)
        expected, weights = self.expected(4, 0.5)
        self.compare(expected)
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(weights, module.model.parameters())))

    def test_megatron_by_a_stand_in(self):
        class Optimizer:
            """Around PyTorch's: gradients in main_grad, master weights copied back, a step that may be skipped."""

            def __init__(self, model):
                self.parameters = list(model.parameters())
                self.optimizer = torch.optim.AdamW([p.detach().clone() for p in self.parameters], lr=1e-3)

            @property
            def param_groups(self):
                return self.optimizer.param_groups

            def step(self):
                norm = torch.stack([p.main_grad.norm() for p in self.parameters]).norm()
                if not torch.isfinite(norm):
                    return False, None, None
                for p, main in zip(self.parameters, self.param_groups[0]["params"]):
                    main.grad = p.main_grad
                self.optimizer.step()
                for p, main in zip(self.parameters, self.param_groups[0]["params"]):
                    p.data.copy_(main)
                return True, norm.item(), 0

        model, _ = make()
        for number, block in enumerate(model.transformer["h"]):
            block.layer_number = number + 5  # the second stage of a pipeline, counted from one
        optimizer = Optimizer(model)

        def train_step(forward_step, data, model, optimizer):
            loss = loss_of(model[0], next(data))
            loss.backward()
            for p in model[0].parameters():
                p.main_grad, p.grad = p.grad.clone(), None
            if step == 3:
                p.main_grad.fill_(float("inf"))
            updated, norm, _ = optimizer.step()
            return {"lm loss": loss.detach()}, int(not updated), norm

        watched = observatory_torch.watch_train_step(train_step, **self.settings())
        batches = iter([tokens(step) for step in range(1, 5)])
        for step in range(1, 5):
            watched(None, batches, [model], optimizer)
        watched.watch[0].close()
        self.assertEqual("", watched.watch[0].trouble())
        told = frames(self.spool)
        self.assertEqual([0, 0, 1, 0], [frame["scalars"]["skipped"] for frame in told])
        expected, _ = self.expected(2)
        for frame, (loss, norm) in zip(told, expected):
            self.assertAlmostEqual(loss, frame["scalars"]["loss"], 5)
            self.assertAlmostEqual(norm, frame["scalars"]["gradient_norm"], 5)
        self.assertGreater(metric(told[0], "rms", "residual", 4 + LAYERS - 1), 0)
        self.assertEqual({4, 5, 6}, {site["layer"] for site in told[0]["sites"] if site["hook"] == "residual"})

    @unittest.skipUnless(version() >= (2, 4), "sharding on the CPU needs PyTorch 2.4")
    def test_fully_sharded_ranks_merge_to_the_whole(self):
        script = (
            "import sys, os, torch; sys.path[:0] = [%r]; torch.set_num_threads(1)\n"
            "from test_observatory_torch import *\n"
            "import torch.distributed as dist\n"
            "from torch.distributed.fsdp import fully_shard, FullyShardedDataParallel\n"
            "from torch.distributed.fsdp.wrap import ModuleWrapPolicy\n"
            "rank = int(os.environ['RANK']); dist.init_process_group('gloo', rank=rank, world_size=2, init_method='file://%s')\n"
            "model, _ = make()\n"
            "if sys.argv[1] == 'old':\n"
            "    model = FullyShardedDataParallel(model, auto_wrap_policy=ModuleWrapPolicy({Block}), device_id=torch.device('cpu'), use_orig_params=True)\n"
            "else:\n"
            "    mesh = dist.device_mesh.init_device_mesh('cpu', (2,))\n"
            "    for block in model.transformer['h']: fully_shard(block, mesh=mesh)\n"
            "    fully_shard(model, mesh=mesh)\n"
            "optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)\n"
            "watch = observatory_torch.watch(model, optimizer, spool=%r + sys.argv[1], probes='forensic')\n"
            "batch = tokens(1)[2 * rank : 2 * rank + 2]\n"
            "loss = loss_of(model, batch); loss.backward(); optimizer.step(); watch.step(loss=loss); watch.close()\n"
            "assert not watch.trouble(), watch.trouble()\n"
            "dist.destroy_process_group()\n"
        )
        here = os.path.dirname(os.path.abspath(__file__))
        model, optimizer = make()
        with tempfile.TemporaryDirectory() as whole:
            watch = observatory_torch.watch(model, optimizer, run="whole", spool=whole, probes="forensic", sums=True)
            loss_of(model, tokens(1)).backward()
            optimizer.step()
            watch.step()
            watch.close()
            expected = frames(whole)[0]
        for kind in ("old", "new"):
            meet, ranks = os.path.join(self.spool, "meet" + kind), os.path.join(self.spool, "ranks")
            environment = dict(os.environ, PYTHONWARNINGS="ignore")
            processes = [subprocess.Popen([sys.executable, "-c", script % (here, meet, ranks), kind], env=dict(environment, RANK=str(rank)))
                         for rank in (0, 1)]  # fmt: skip
            self.assertEqual([0, 0], [process.wait(300) for process in processes], kind)
            parts = frames(ranks + kind)
            self.assertEqual([0, 1], sorted(frame["rank"] for frame in parts))
            where = ("residual", 1)
            total = sum(metric(frame, "sum_squares", *where) for frame in parts)
            self.assertLess(abs(total / metric(expected, "sum_squares", *where) - 1), 1e-5, kind)
            self.assertEqual(metric(expected, "elements", *where), sum(metric(frame, "elements", *where) for frame in parts))
            for name, hook in (("norm", "gradient"), ("update_norm", "update"), ("weight_norm", "update")):
                where = (name, hook, 1, "mlp.c_fc.weight")
                merged = sum(self.square(frame, where) for frame in parts) ** 0.5
                self.assertLess(abs(merged / metric(expected, *where) - 1), 1e-3 if name == "update_norm" else 1e-5, (kind, where))
            start = next(d for d in spooled(ranks + kind) if d.get("kind") == "start")
            self.assertEqual("parameters", start["details"]["sharding"])

    def square(self, frame, where):
        """The square of a norm of this rank's part; a rank may hold nothing of a parameter."""
        there = [site for site in frame["sites"] if (site["hook"], site.get("layer"), site.get("parameter")) == where[1:]]
        return metric(frame, *where) ** 2 if there else 0.0


if __name__ == "__main__":
    unittest.main()
