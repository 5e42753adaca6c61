"""Per-layer probes for a PyTorch training loop, in one file: PyTorch and the standard library, nothing else.

    import observatory_torch
    watch = observatory_torch.watch(model, optimizer)        # once, before the loop
    ...
    watch.step(loss=loss)                                    # once a step, after optimizer.step()

What is measured goes, one frame a step, into a spool on this machine (SQLite, the format of docs/wire.md);
`observatory relay` carries it to Kafka, where the analysis, the dashboard and the alerts are. Promises: weights are
bit-identical with and without; nothing here waits for a disk, a broker or the device; an error in here never reaches
your loop, it is counted and, after ten of a kind, what fails is switched off and that is said. Results leave the device
a step later, so a frame appears one step behind. `kill -9` loses what was not yet committed: 50 ms.

With torch.compile watch first and call the compiled model afterwards, or hand the compiled model to watch(), which then
has it compiled anew: a hook that came after compilation is never called. With DDP or FSDP pass the wrapper or the module.
Several ranks write a spool each; their sums, counts and maxima (`elements`, `sum`, `sum_squares`, `nan`, `inf`, `abs_max`)
merge exactly.
"""

import atexit, collections, contextlib, difflib, functools, inspect, itertools, json, math, operator, os, queue, re, sqlite3, sys, threading, time, types, uuid, weakref, zlib
from datetime import datetime, timedelta, timezone

import torch

try:
    import fcntl
except ImportError:  # not POSIX: no other process looks at the lock there
    fcntl = None
try:  # comes with PyTorch for CUDA; without it the reductions take several reads of a tensor instead of one
    import triton
    import triton.language as tl
except ImportError:
    triton = None

__all__ = ["watch", "Watch", "huggingface_callback", "lightning_callback", "watch_train_step"]

# ---------------------------------------------------------------------------------------------------------------------
# Where: module names to hooks. The first rule that matches wins; a name that matches none is not watched.

# In the order in which a training step passes them; a frame lists its sites in this order.
_HOOKS = [
    "embedding", "attention_norm", "qkv", "attention_logits", "attention_out", "mlp_norm", "mlp_up", "mlp_hidden",
    "mlp_out", "residual", "final_norm", "logits", "log_z", "norm_example_gradient", "residual_gradient", "gradient",
    "normalised_gradient", "update", "weight",
]  # fmt: skip
_ACTIVATIONS = {"embedding", "attention_norm", "qkv", "attention_out", "mlp_norm", "mlp_up", "mlp_out", "residual",
                "mlp_hidden", "final_norm", "logits"}  # fmt: skip

# (pattern of the name below its layer, hook, whether the module's input is meant instead of its output)
_IN_LAYER = [
    (r"", "residual", False),
    (r"ln_?1|input_layernorm|attention_norm|attn_norm|norm1|norm_1|ln_attn|self_attn_layer_norm|pre_attention_layernorm", "attention_norm", False),
    (r"ln_?2|post_attention_layernorm|ffn_norm|mlp_norm|norm2|norm_2|ln_mlp|final_layer_norm|pre_mlp_layernorm|pre_feedforward_layernorm", "mlp_norm", False),
    (r"(?!mixer\.)(.*\.)?(c_attn|query_key_value|qkv|qkv_proj|wqkv|linear_qkv|in_proj|[qkv]_proj|w[qkv])", "qkv", False),
    (r"attn|self_attn|attention|self_attention|attn\.attention|attention\.self", "attention_out", False),
    (r"(mlp|feed_forward|ffn)\.(c_fc|gate_proj|up_proj|gate_up_proj|dense_h_to_4h|linear_fc1|fc_?1|fc_in|w1|w3|wi|wi_0)|fc1", "mlp_up", False),
    (r"(mlp|feed_forward|ffn)\.(c_proj|down_proj|dense_4h_to_h|linear_fc2|fc_?2|fc_out|proj|w2|wo)|fc2", "mlp_hidden", True),
    (r"mlp|feed_forward|ffn|block_sparse_moe", "mlp_out", False),
    (r"post_self_attn_layernorm", "attention_out", False),  # norms of what is added to the residual stream
    (r"post_feedforward_layernorm|post_mlp_layernorm", "mlp_out", False),
]  # fmt: skip
_OUTSIDE = [
    (r"(.*\.)?(wte|embed_tokens|word_embeddings|tok_embeddings|token_embedding|embed_in)", "embedding", False),
    (r"(.*\.)?(ln_f|norm|final_layernorm|final_layer_norm|norm_f|ln_final)", "final_norm", False),
    (r"(.*\.)?(lm_head|output|output_layer|embed_out|head|unembed)", "logits", False),
]
_LAYER = re.compile(r"^(?:.*?\.)?(?:h|layers?|blocks?|transformer_blocks)\.(\d+)(?:\.(.*))?$")  # the outermost stack
_WRAPPERS = re.compile(r"(?:^|(?<=\.))(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)(?:\.|$)")


def _plain(name):
    """A module's or parameter's name without what wrappers put in front."""
    return _WRAPPERS.sub("", name).rstrip(".")


def _place(name):
    """The layer of a name, -1 outside the stack, and the rest of the name."""
    found = _LAYER.match(name)
    return (int(found.group(1)), found.group(2) or "") if found else (-1, name)


def _rule(name):
    """(hook, layer, input?) of a module name, or None where it is not watched."""
    layer, rest = _place(name)
    for pattern, hook, at_input in _IN_LAYER if layer >= 0 else _OUTSIDE:
        if re.fullmatch(pattern, rest, re.IGNORECASE):
            return hook, layer, at_input
    return None


# ---------------------------------------------------------------------------------------------------------------------
# What: reductions, computed where the tensor lies. Each returns one small vector; nothing is fetched here.

_MOMENTS = ("elements", "sum", "sum_squares", "abs_max", "nan", "inf")
# Where a tensor is sampled: one run of 64 elements in 8, in each look the next one, so that 8 looks see all of it.
_RUN, _EIGHTH = 64, 8
_WHOLE, _ENOUGH = 1 << 16, 1 << 21  # elements: a tensor with fewer is never sampled; of a larger one about so many are enough
_SEQUENCES, _QUERIES = 4, 4  # where sampled: sequences whose own gradients are taken; of how many queries one is looked at
_PAIRS, _AT_ONCE = 1 << 29, 1 << 24  # of a query and a key, in all heads: of more, fewer queries are taken; in memory at once
_HISTOGRAM = (1 << 14, 1 << 18)  # elements a histogram of exponents looks at, about, on the CPU and on CUDA


if triton is not None:

    @triton.jit
    def _runs(x, some, runs, every, phase, ROWS: tl.constexpr):
        """ROWS runs of 64 elements, one in `every`, and which of them there are; a thread reads 16 bytes at once."""
        run = (some * ROWS + tl.arange(0, ROWS)).to(tl.int64)
        there = (run < runs)[:, None]
        at = x + ((run * every + phase) * 64)[:, None] + tl.arange(0, 64)[None, :]
        return tl.load(tl.max_contiguous(tl.multiple_of(at, [1, 16]), [1, 64]), mask=there, other=0.0).to(tl.float32), there

    @triton.jit
    def _sum(v):
        """Sums of four neighbours, which one thread has: with a quarter of the registers all programs are there at once."""
        return tl.sum(tl.reshape(v, [v.shape[0], 16, 4]), 2)

    @triton.jit
    def _more(v, there, total, squares, nans, infs, largest, cubes, fourths, zeros, ODD: tl.constexpr):
        zeros += _sum((there & (v == 0.0)).to(tl.float32))
        if ODD:
            finite = tl.abs(v) < float("inf")  # false for NaN too
            nan = (v != v).to(tl.float32)
            nans += _sum(nan)
            infs += _sum(1.0 - finite.to(tl.float32) - nan)
            v = tl.where(finite, v, 0.0)
        square = v * v
        return (total + _sum(v), squares + _sum(square), nans, infs, tl.maximum(largest, tl.max(tl.reshape(tl.abs(v), [v.shape[0], 16, 4]), 2)),
                cubes + _sum(square * v), fourths + _sum(square * square), zeros)  # fmt: skip

    @triton.jit
    def _both(total, squares, nans, infs, largest, cubes, fourths, zeros, total2, squares2, nans2, infs2, largest2, cubes2, fourths2, zeros2):
        return (total + total2, squares + squares2, nans + nans2, infs + infs2, tl.maximum(largest, largest2),
                cubes + cubes2, fourths + fourths2, zeros + zeros2)  # fmt: skip

    @triton.jit
    def _sums(x, n, every, phase, working, ODD: tl.constexpr, ROWS: tl.constexpr):
        """A program's part of the eight sums; of numbers that are not finite only where they are expected (ODD)."""
        zero = tl.zeros([ROWS, 16], tl.float32)
        total, squares, nans, infs, largest, cubes, fourths, zeros = zero, zero, zero, zero, zero, zero, zero, zero
        runs = n // 64
        for some in range(tl.program_id(0), tl.cdiv(runs, ROWS), 2 * working):
            v, there = _runs(x, some, runs, every, phase, ROWS)
            w, also = _runs(x, some + working, runs, every, phase, ROWS)  # on its way while the first is added
            total, squares, nans, infs, largest, cubes, fourths, zeros = _more(
                v, there, total, squares, nans, infs, largest, cubes, fourths, zeros, ODD)  # fmt: skip
            total, squares, nans, infs, largest, cubes, fourths, zeros = _more(
                w, also, total, squares, nans, infs, largest, cubes, fourths, zeros, ODD)  # fmt: skip
        if (tl.program_id(0) == 0) & (runs * 64 < n):  # what is no whole run, of a tensor that is not sampled
            column = runs * 64 + tl.arange(0, 64)
            there = (tl.arange(0, ROWS) == 0)[:, None] & (column < n)[None, :]
            v = tl.load(x + column[None, :] + tl.zeros([ROWS, 1], tl.int64), mask=there, other=0.0).to(tl.float32)
            total, squares, nans, infs, largest, cubes, fourths, zeros = _more(
                v, there, total, squares, nans, infs, largest, cubes, fourths, zeros, ODD)  # fmt: skip
        return tl.reduce((total, squares, nans, infs, largest, cubes, fourths, zeros), None, _both)

    @triton.jit
    def _moments_of(x, out, n, every, phase, PROGRAMS: tl.constexpr, ROWS: tl.constexpr):
        working = tl.minimum(tl.cdiv(n, 2 * 64 * ROWS), PROGRAMS)  # a program has enough to do, or nothing
        if tl.program_id(0) < working:
            total, squares, nans, infs, largest, cubes, fourths, zeros = _sums(x, n, every, phase, working, False, ROWS)
            if squares - squares != 0.0:  # NaN or infinite, as the sum is where one number is
                total, squares, nans, infs, largest, cubes, fourths, zeros = _sums(x, n, every, phase, working, True, ROWS)
            tl.store(out, total)
            tl.store(out + 1, squares)
            tl.store(out + 2, nans)
            tl.store(out + 3, infs)
            tl.store(out + 4, largest)
            tl.store(out + 5, cubes)
            tl.store(out + 6, fourths)
            tl.store(out + 7, zeros)
        else:
            tl.store(out + tl.arange(0, 8), tl.zeros([8], tl.float32))

    @triton.jit
    def _moments_kernel(table, out, PROGRAMS: tl.constexpr, ROWS: tl.constexpr):
        """Programs (p, g) reduce the samples of tensor g to eight partial results; they are added later, in order: no atomics."""
        row = table + tl.program_id(1) * 8
        address, kind, n = tl.load(row), tl.load(row + 1), tl.load(row + 2)
        every, phase = tl.load(row + 3), tl.load(row + 4)
        out += (tl.program_id(1) * PROGRAMS + tl.program_id(0)) * 8
        if kind == 0:
            _moments_of(address.to(tl.pointer_type(tl.float32)), out, n, every, phase, PROGRAMS, ROWS)
        elif kind == 1:
            _moments_of(address.to(tl.pointer_type(tl.float16)), out, n, every, phase, PROGRAMS, ROWS)
        else:
            _moments_of(address.to(tl.pointer_type(tl.bfloat16)), out, n, every, phase, PROGRAMS, ROWS)

    @triton.jit
    def _exponents_of(x, out, program, runs, every, phase, COUNTERS: tl.constexpr):
        counts = tl.zeros([512], tl.int32)
        for some in range(program, tl.cdiv(runs, 16), COUNTERS):
            v, there = _runs(x, some, runs, every, phase, 16)
            exponent = (v.to(tl.int32, bitcast=True) >> 23) & 255
            bin = tl.where(v == 0.0, 256, exponent)
            counts += tl.histogram(tl.reshape(tl.where(there, bin, 511), [16 * 64]), 512)
        tl.store(out + tl.arange(0, 512), counts)

    @triton.jit
    def _exponents_kernel(table, out, COUNTERS: tl.constexpr):
        """Programs (p, g) count the exponents of runs of RUN elements of tensor g; bin 255: not finite, 256: zero."""
        row = table + tl.program_id(1) * 8
        address, kind, runs = tl.load(row), tl.load(row + 1), tl.load(row + 5).to(tl.int32)
        every, phase = tl.load(row + 6), tl.load(row + 7)
        out += (tl.program_id(1) * COUNTERS + tl.program_id(0)) * 512
        if kind == 0:
            _exponents_of(address.to(tl.pointer_type(tl.float32)), out, tl.program_id(0), runs, every, phase, COUNTERS)
        elif kind == 1:
            _exponents_of(address.to(tl.pointer_type(tl.float16)), out, tl.program_id(0), runs, every, phase, COUNTERS)
        else:
            _exponents_of(address.to(tl.pointer_type(tl.bfloat16)), out, tl.program_id(0), runs, every, phase, COUNTERS)

    @triton.jit(do_not_specialize=["n", "every", "phase", "runs", "apart", "turn"])  # one compiled kernel serves them all
    def _kernel_of_one(x, moments, exponents, n, every, phase, runs, apart, turn, PROGRAMS: tl.constexpr, ROWS: tl.constexpr, COUNTERS: tl.constexpr):
        """One tensor's moments, by the first PROGRAMS programs, and by COUNTERS more of them its exponents."""
        if tl.program_id(0) < PROGRAMS:
            _moments_of(x, moments + tl.program_id(0) * 8, n, every, phase, PROGRAMS, ROWS)
        elif COUNTERS > 0:
            program = tl.program_id(0) - PROGRAMS
            _exponents_of(x, exponents + program * 512, program, runs, apart, turn, COUNTERS)


_PLAIN = torch.Tensor, torch.nn.Parameter  # tensors that are what they seem


class _Table:
    """The fused reductions of one step on one CUDA device: tensors wait until there are 16, then go in one launch.

    What waits is held: at most 16 tensors and a hundredth of the device's memory live longer than without. One that is
    written to while it waits is dropped, and from then on its site is measured at once.
    """

    GROUP, PROGRAMS, COUNTERS, ROWS, STAGED = 16, 528, 64, 32, 256
    KINDS = {torch.float32: 0, torch.float16: 1, torch.bfloat16: 2}
    FUSED = frozenset(("moments", "shape", "exponents"))

    def __init__(self, device):
        self.moments = torch.empty((128, self.PROGRAMS, 8), device=device)
        self.exponents = torch.empty((128, self.COUNTERS, 512), dtype=torch.int32, device=device)
        self.device, self.at_once = device, set()
        self.direct, self.compiled = True, {}  # whether launches go past Triton's front end; what it compiled
        self.waiting, self.bytes, self.room = [], 0, torch.cuda.get_device_properties(device).total_memory // 100
        self._begin()

    def _begin(self):
        self.rows = {"moments": [], "exponents": []}  # (site, elements) of each row
        self.together = {"moments": [], "exponents": []}  # rows, and a vector for each, of what was in the table before
        self.staged = None

    @staticmethod
    def takes(x):
        """Whether a tensor can be read by its address; that of a distributed one, for example, is none."""
        return (triton is not None and type(x) in _PLAIN and x.is_cuda and x.dtype in _Table.KINDS and x.numel() >= _RUN * _EIGHTH
                and x.is_contiguous() and x.data_ptr() % 16 == 0)  # fmt: skip

    def reduce(self, site, due, x, every, apart, turns, at_once=False):
        """Starts or plans the reductions of one run in `every`, exponents of one in `apart`; `at_once` where the tensor's
        memory may be used for another soon."""
        if at_once or site in self.at_once:
            self._launch_one(site, due, x, every, apart, turns)
            return
        self.waiting.append((site, due, x, x._version, every, apart, turns))
        self.bytes += x.numel() * x.element_size()
        if len(self.waiting) >= self.GROUP or self.bytes > self.room:
            self.flush()

    def _launch_one(self, site, due, x, every, apart, turns):
        if torch.cuda.current_device() != self.device.index:
            with torch.cuda.device(self.device):
                return self._launch_one(site, due, x, every, apart, turns)
        n, counters = _looked_at(x, every), self.COUNTERS if "exponents" in due else 0
        row = self._rows("moments", [(site if "moments" in due else None, n)])
        counted = self._rows("exponents", [(site, 0)]) if counters else 0
        numbers = n, every, turns[0] % every, x.numel() // (_RUN * apart), apart, turns[1] % apart
        kind = x.dtype, counters, n >> 31  # beyond 2^31 a number is another type
        compiled = self.compiled.get(kind) if self.direct else None
        if compiled is not None:
            try:
                # Addresses, as of a tensor the driver is asked whether it is there; multiples of 16, as when it was compiled.
                compiled.run(self.PROGRAMS + counters, 1, 1, torch._C._cuda_getCurrentRawStream(self.device.index), compiled.function,
                             compiled.packed_metadata, None, None, None, x.data_ptr(), self.moments.data_ptr() + row * self.PROGRAMS * 32,
                             self.exponents.data_ptr() + counted * self.COUNTERS * 2048, *numbers, self.PROGRAMS, self.ROWS, counters)  # fmt: skip
                return
            except Exception:  # noqa: BLE001 - another version of Triton: as it does it itself
                self.direct = False
        self.compiled[kind] = _kernel_of_one[(self.PROGRAMS + counters,)](
            x, self.moments[row], self.exponents[counted], *numbers, PROGRAMS=self.PROGRAMS, ROWS=self.ROWS, COUNTERS=counters, num_warps=8)

    def flush(self):
        if not self.waiting:
            return
        group = [one for one in self.waiting if one[2]._version == one[3]]
        if len(group) < len(self.waiting):
            self.at_once.update(one[0] for one in self.waiting if one[2]._version != one[3])
        self.waiting, self.bytes = [], 0
        rows, measured, counted = [], [], []
        for site, due, x, _, every, apart, turns in group:
            n = _looked_at(x, every)
            rows.append((x.data_ptr(), self.KINDS[x.dtype], n, every, turns[0] % every, x.numel() // (_RUN * apart), apart, turns[1] % apart))
            measured.append((site if "moments" in due else None, n))
            counted.append((site if "exponents" in due else None, 0))
        if not rows:
            return
        if self.staged is None or self.used + len(rows) > self.STAGED:
            self.staged = torch.empty((self.STAGED, 8), dtype=torch.int64, pin_memory=True)
            self.table, self.used = torch.empty((self.STAGED, 8), dtype=torch.int64, device=self.device), 0
        here = slice(self.used, self.used + len(rows))
        self.used += len(rows)
        with torch.cuda.device(self.device):
            staged, table = self.staged[here], self.table[here]
            staged.copy_(torch.tensor(rows, dtype=torch.int64))
            table.copy_(staged, non_blocking=True)
            out = self.moments[self._rows("moments", measured) :]
            _moments_kernel[(self.PROGRAMS, len(rows))](table, out, PROGRAMS=self.PROGRAMS, ROWS=self.ROWS, num_warps=8)
            if any(site for site, _ in counted):
                out = self.exponents[self._rows("exponents", counted) :]
                _exponents_kernel[(self.COUNTERS, len(rows))](table, out, COUNTERS=self.COUNTERS)

    def _rows(self, kind, told):
        """The first of the rows of what is told, for which there is room then."""
        if len(self.rows[kind]) + len(told) > len(getattr(self, kind)):
            self._put_together(kind)
        first = len(self.rows[kind])
        self.rows[kind] += told
        return first

    def _put_together(self, kind):
        """Adds up the parts of what is in a table, which is free then: it does not grow with micro-batches."""
        rows = self.rows[kind]
        if not rows:
            return
        part, self.rows[kind] = getattr(self, kind)[: len(rows)], []
        if kind == "moments":
            vector = part.sum(1, dtype=torch.float64)
            vector[:, 4] = part[:, :, 4].amax(1)
        else:
            vector = part[:, :, :255].sum(1, dtype=torch.float64)
        self.together[kind].append((rows, vector))

    def take(self):
        """Blocks and their vectors: seven sums and, at place 4, a maximum a row of moments; 255 counts a row of exponents."""
        self.flush()
        taken = []
        for kind in self.rows:
            self._put_together(kind)
            if self.together[kind]:
                rows, vectors = zip(*self.together[kind])
                sites, elements = zip(*itertools.chain(*rows))
                taken.append((_Block("fused" if kind == "moments" else kind, sites, elements), torch.cat(vectors).reshape(-1)))
        self._begin()
        return taken


class _HostTable:
    """The fused reductions of one step on the CPU, as a _Table has them: tensors wait until there are 16, then are read at once.

    The first operation after a product of matrices takes several times as long as the same once more, whatever it computes:
    its code has left the cache. So few operations on many tensors, one after the other. What waits is held: at most 16
    tensors and 64 MB live longer than without. One that is written to while it waits is dropped, and from then on its site
    waits as a copy, or is measured at once where it is large.
    """

    GROUP, ROOM = 16, 64 << 20  # tensors and bytes that wait
    TOGETHER, COPIED = 1 << 18, 1 << 17  # elements that are copied beside one another; of a tensor that is copied to wait
    KINDS = (torch.float32, torch.float16, torch.bfloat16)

    def __init__(self):
        self.at_once, self.waiting, self.bytes = set(), [], 0
        self._begin()

    def _begin(self):
        self.moments, self.exponents = [], []  # (site, elements, eight sums as of _Table); (sites, counts)

    @staticmethod
    def takes(x):
        return type(x) in _PLAIN and x.device.type == "cpu" and x.dtype in _HostTable.KINDS and x.numel() >= _RUN * _EIGHTH and x.is_contiguous()

    def reduce(self, site, due, x, every, apart, turns, at_once=False):
        x = x.detach()
        if at_once or site in self.at_once:
            if x.numel() > self.COPIED:
                self._read([(site, due, x, x._version, every, apart, turns)])
                return
            x = x.clone()
        self.waiting.append((site, due, x, x._version, every, apart, turns))
        self.bytes += x.numel() * x.element_size()
        if len(self.waiting) >= self.GROUP or self.bytes > self.ROOM:
            self.flush()

    def flush(self):
        if not self.waiting:
            return
        waiting, self.waiting, self.bytes = self.waiting, [], 0
        group = [one for one in waiting if one[2]._version == one[3]]
        if len(group) < len(waiting):
            self.at_once.update(one[0] for one in waiting if one[2]._version != one[3])
        self._read(group)

    def _read(self, group):
        alike = collections.defaultdict(list)  # of the same shape, what the same is due of
        for site, due, x, _, every, apart, turns in group:
            one = turns[0] % every, turns[1] % apart
            same = every == apart and one[0] == one[1]  # one sample serves both
            alike[x.numel(), x.dtype, every, apart, due, same].append((site, x, one))
        with torch.no_grad():
            for (elements, _, every, apart, due, same), members in alike.items():
                every, apart = every if elements >= _WHOLE else 1, apart if elements >= _RUN * apart else 1
                same = same and every == apart
                for some in self._parts(members, elements // every if every > 1 or elements < _WHOLE else self.TOGETHER):
                    if "moments" in due:
                        matrix = self._matrix([(x, turn) for _, x, (turn, _) in some], every)
                        self.moments += [(site, matrix.shape[1], sums) for (site, _, _), sums in zip(some, _eight(matrix, "shape" in due))]
                        if same and "exponents" in due:
                            self.exponents.append((tuple(site for site, _, _ in some), _counts(matrix)))
                if "exponents" in due and not (same and "moments" in due):
                    for some in self._parts(members, elements // apart):
                        matrix = self._matrix([(x, turn) for _, x, (_, turn) in some], apart)
                        self.exponents.append((tuple(site for site, _, _ in some), _counts(matrix)))

    @staticmethod
    def _parts(members, elements):
        some = max(1, _HostTable.TOGETHER // max(1, elements))
        return (members[first : first + some] for first in range(0, len(members), some))

    @staticmethod
    def _matrix(members, every):
        """A row of numbers in single precision for each tensor, of one run in `every`; what is alone and whole is not copied."""
        views = [x.reshape(-1) if every == 1 else _view_of_runs(x, every, turn) for x, turn in members]
        together = views[0][None] if len(views) == 1 else torch.stack(views)
        return together.reshape(len(views), -1).float()

    def take(self):
        """Blocks and what they hold, as of _Table, a list of rows or a matrix on the host."""
        taken = []
        if self.moments:
            sites, elements, sums = zip(*self.moments)
            taken.append((_Block("fused", sites, elements), sums))
        if self.exponents:
            sites, counts = zip(*self.exponents)
            taken.append((_Block("exponents", tuple(itertools.chain(*sites)), None), torch.cat(counts)))
        self._begin()
        return taken


def _eight(matrix, shape):
    """Of each row of a matrix on the host Σx, Σx², how many are NaN and infinite, max|x|, and where asked Σx³, Σx⁴, zeros."""
    alone = len(matrix) == 1
    least, most = torch.aminmax(matrix) if alone else (matrix.amin(1), matrix.amax(1))
    square = matrix.square()  # its sum is exact to 1e-7; the norm of that name and dot products to 1e-5
    columns = [torch.maximum(most, -least), *((x.sum() if alone else x.sum(1)) for x in (matrix, square))]
    if shape:
        columns += [square.square().sum(1), square.mul_(matrix).sum(1), matrix.count_nonzero(1)]
    rows = []
    for i, (largest, total, squares, *powers) in enumerate(zip(*(column.reshape(-1).tolist() for column in columns))):
        if not math.isfinite(largest):
            _, total, squares, largest, nans, infs = _moments_of_finite(matrix[i]).tolist()
            rows.append([total, squares, nans, infs, largest, *(_shape_of_finite(matrix[i]).tolist() if shape else (0.0,) * 3)])
        else:
            fourths, cubes, there = powers or (0.0, 0.0, matrix.shape[1])
            rows.append([total, squares, 0.0, 0.0, largest, cubes, fourths, matrix.shape[1] - there])
    return rows


def _counts(matrix):
    """Of each row of a matrix on the host how many numbers have each of the 255 exponents, (rows, 255); zeros apart."""
    bits = matrix.contiguous().view(torch.int32).bitwise_and(0x7F800000).bitwise_right_shift_(23)
    if len(matrix) > 1:
        bits += torch.arange(0, 256 * len(matrix), 256, dtype=torch.int32)[:, None]
    bins = torch.bincount(bits.view(-1), minlength=256 * len(matrix)).view(-1, 256)[:, :255]
    for i, least in enumerate(bins[:, 0].tolist()):
        if least:  # zeros or what is below the normal numbers; most tensors have neither
            bins[i, 0] -= matrix.shape[1] - matrix[i].count_nonzero()
    return bins


def _fused(x):
    """Whether a table takes a tensor."""
    return _HostTable.takes(x) or _Table.takes(x)


def _looked_at(x, every):
    """How many elements of a tensor are looked at where one run in `every` is."""
    return x.numel() if every == 1 else x.numel() // (_RUN * every) * _RUN


def _wide(x):
    """In double, so that counts of any size are exact; single where a device has no double."""
    return x.float() if x.device.type == "mps" else x.double()


def _sample(x, every, turn):
    """One run in `every` of a large tensor, as a tensor of its own; what is small is itself."""
    return x if every == 1 or x.numel() < _WHOLE else _every_run(x, every, turn)


def _every_run(x, every, turn):
    return _view_of_runs(x.contiguous(), every, turn).clone()


def _view_of_runs(x, every, turn):
    first = x.storage_offset() + turn % every * _RUN
    return x.as_strided((x.numel() // (_RUN * every), _RUN), (_RUN * every, 1), first)


def _rows(x, every, turn):
    """The rows of a tensor, (elements / width, width); of a large one each `every`-th."""
    rows = x.reshape(-1, x.shape[-1])
    return rows if every == 1 or x.numel() < _WHOLE else rows[turn % every :: every]


def _largest(x, *dimensions):
    """max|x|, of all or along dimensions; NaN where one is. On the CPU a twentieth of what the norm of that name takes."""
    return torch.maximum(x.amax(*dimensions), -x.amin(*dimensions))


def _moments(x):
    """elements, Σx, Σx², max|x| over the finite elements, and how many are NaN and infinite; on the CPU as a list."""
    if x.device.type == "cpu":
        total, squares, nans, infs, largest = _eight(x.reshape(1, -1).float(), False)[0][:5]
        return [x.numel(), total, squares, largest, nans, infs]
    return _moments_of_finite(x.float())


def _moments_of_finite(x):
    zero, finite = x.new_zeros(()), torch.isfinite(x)
    clean = torch.where(finite, x, zero)
    nan = torch.isnan(x).sum()
    return torch.stack([_wide(zero) + x.numel(), *map(_wide, (
        clean.sum(), clean.square().sum(), _largest(clean),
        nan, x.numel() - finite.sum() - nan))])  # fmt: skip


def _merge_moments(a, b):
    a, b = (torch.tensor(v, dtype=torch.float64) if isinstance(v, list) else v for v in (a, b))
    both = a + b
    both[3] = torch.maximum(a[3], b[3])
    return both


def _exponents(x, every, turn):
    """Counts of the 255 exponents of finite fp32 numbers, of a sample; bin e holds [2^(e-127), 2^(e-126)). Zeros apart."""
    x = (_every_run(x, every, turn) if every > 1 and x.numel() >= _RUN * every else x).float()
    if x.device.type == "cpu":
        return _counts(x.reshape(1, -1))[0]
    usable = torch.isfinite(x) & (x != 0)
    exponent = torch.where(usable, (torch.frexp(x)[1] + 126).clamp(min=0), torch.full_like(x, -1, dtype=torch.int32))
    return torch.histc(exponent.to(torch.float32), bins=255, min=-0.5, max=254.5)


def _shape(x):
    """Σx³, Σx⁴ and how many are zero, over the finite elements; on the CPU as a list."""
    return _eight(x.reshape(1, -1).float(), True)[0][5:] if x.device.type == "cpu" else _shape_of_finite(x.float())


def _shape_of_finite(x):
    clean = torch.where(torch.isfinite(x), x, x.new_zeros(()))
    square = clean.square()
    return torch.stack([(square * clean).sum(), square.square().sum(), (x == 0).sum().to(x.dtype)])


def _largest_logits(query, key, at, unseen):
    """max|q·k| of each head over the pairs that are not unseen; NaN where one is.

    query: (heads, queries, d), those at the positions `at`; key: (heads of keys, keys, d), each for as many heads of queries.
    unseen: takes positions of queries and of keys, gives what is broadcast to (heads, queries, keys).
    """
    heads, (shared, keys, width), largest = query.shape[0], key.shape, []
    key, place, some = key.float().transpose(1, 2), torch.arange(keys, device=at.device), max(1, _AT_ONCE // (heads * keys))
    for first in range(0, len(at), some):
        part = query[:, first : first + some].float()
        logits = (part.reshape(shared, -1, width) @ key).view(heads, -1, keys)
        largest.append(_largest(logits.masked_fill_(unseen(at[first : first + some], place), 0), (1, 2)))
    return torch.stack(largest).amax(0)


def _later(at, place):
    """What a query of a causal model does not see."""
    return place[None, :] > at[:, None]


def _masked(x):
    """What hides a key, -inf or a large number, or a logit to which that was added; no bias that matters is as low."""
    return x <= -5000.0


def _unseen_by_mask(mask, causal):
    """What scaled_dot_product_attention does not look at in the first sequence."""

    def unseen(at, place):
        hidden = _later(at, place) if causal else torch.zeros((), dtype=torch.bool, device=at.device)
        if mask is None:
            return hidden
        first = _local(mask)[(0,) * (mask.dim() - 3)]
        first = first[..., at, :] if mask.dim() > 1 and first.shape[-2] > 1 else first
        return hidden | (~first if first.dtype == torch.bool else _masked(first))

    return unseen


def _unseen_in_window(causal, left, right, offset, ends):
    """What flash-attn does not look at: keys outside of a window around a query's place, and beyond the ends of a sequence."""

    def unseen(at, place):
        middle, hidden = at[:, None] + offset, torch.zeros((), dtype=torch.bool, device=at.device)
        if causal or right >= 0:
            hidden = hidden | (place[None, :] > middle + (0 if causal else right))
        if left >= 0:
            hidden = hidden | (place[None, :] < middle - left)
        return hidden if ends is None else hidden | (place >= ends[1])[None, :] | (at >= ends[0])[:, None]

    return unseen


def _units(rows):
    """Of each column its mean square and its largest magnitude, (2, columns)."""
    norm = torch.linalg.vector_norm(rows.float() if rows.dtype == torch.float64 else rows, 2, dim=0, dtype=torch.float32)
    return torch.stack([norm.square() / rows.shape[0], _largest(rows, 0).float()])


def _read_units(columns):
    """(sites, 2, columns) to (sites, 2): share of columns no row drives above 1e-6, and E_j[s_j²] / (E_j s_j)²."""
    s, largest = columns.unbind(1)
    return torch.stack([(largest < 1e-6).to(s.dtype).mean(1), s.square().mean(1) / s.mean(1).square()], 1)


def _read_examples(own):
    """(sites, sequences, width) to (sites, 3): n Σ|g_i|², |Σ g_i|² and n, of the sequences' own gradients."""
    n = own.shape[1]
    return torch.stack([own.square().sum((1, 2)) * n, own.sum(1).square().sum(1), own.new_full(own.shape[:1], n)], 1)


_GRAM, _ONE_IN, _TOKENS = 13, 8, 1 << 18  # tokens of a run that is counted; hashes of which one is; tokens of a step looked at
_FACTOR = 0x9E3779B97F4A7C15 - (1 << 64)  # products and sums of 64 bits, which wrap


def _shifted(x, places):
    """Whole numbers shifted right, zeros from the left."""
    return (x >> places) & ((1 << (64 - places)) - 1)


def _mixed(x):
    x = (x ^ _shifted(x, 30)) * (0xBF58476D1CE4E5B9 - (1 << 64))
    x = (x ^ _shifted(x, 27)) * (0x94D049BB133111EB - (1 << 64))
    return x ^ _shifted(x, 31)


def _token_hashes(ids, length):
    """Hashes of all runs of a length in each sequence, (sequences, T - length + 1), as the Java class TokenHash has them."""
    if ids.shape[1] < length:
        return ids.new_zeros((len(ids), 0))
    powers = torch.full((length,), _FACTOR, dtype=torch.int64).cumprod(0)
    return _mixed(((ids + 1).unfold(1, length, 1) * powers.flip(0)).sum(2) + length * powers[-1])


class _RunSketch:
    """Which hashes a run has met before: the Bloom filter of the Java class RunSketch, to the bit. 4 MiB for 3.5 million hashes."""

    FUNCTIONS, LINE_BITS = 7, 9  # all bits of a hash lie in one line of 512

    def __init__(self, bits=1 << 25):
        self.mask, self.words = bits - 1, torch.zeros(bits // 64, dtype=torch.int64)

    def met(self, hashes):
        """Puts hashes in, one after the other; of each whether it was there before."""
        line = min(self.mask, (1 << self.LINE_BITS) - 1)
        places = ((hashes << 32) | _shifted(hashes, 32)) * _FACTOR
        within = torch.stack([_shifted(places, self.LINE_BITS * i) if i else places for i in range(self.FUNCTIONS)], 1) & line
        bits = (((hashes >> 7) & (self.mask & ~line))[:, None] | within).reshape(-1)
        # Equal bits beside one another, the first to set one before the others; a hash was there where all its bits were.
        bits, order = bits.sort(stable=True)
        new = torch.ones_like(bits, dtype=torch.bool)
        torch.ne(bits[1:], bits[:-1], out=new[1:])
        first = order[new].div(self.FUNCTIONS, rounding_mode="floor")[new.cumsum(0) - 1]
        turn = order.div(self.FUNCTIONS, rounding_mode="floor")
        there = ((self.words[bits >> 6] >> (bits & 63)) & 1).bool()
        set_now = bits[new & ~there]
        self.words.index_add_(0, set_now >> 6, torch.ones_like(set_now) << (set_now & 63))  # each once: the sum has them all
        return torch.ones(len(hashes), dtype=torch.bool).index_fill_(0, turn[~there & (first == turn)], False)

    def sequences(self, ids):
        """Of each sequence of tokens whether it came before, and the share of its 13-grams that did, one hash in 8 taken."""
        ids = ids.long()
        whole, grams = _token_hashes(ids, ids.shape[1]), _token_hashes(ids, _GRAM)
        taken = torch.cat([torch.ones_like(whole, dtype=torch.bool), grams % _ONE_IN == 0], 1)  # in this order they are met
        met = torch.zeros(taken.shape, dtype=torch.bool)
        met[taken] = self.met(torch.cat([whole, grams], 1)[taken])
        return met[:, 0].double(), met[:, 1:].sum(1) / taken[:, 1:].sum(1).clamp(min=1).double()


def _add(a, b):
    a, b = (torch.tensor(v, dtype=torch.float64) if isinstance(v, list) else v for v in (a, b))
    return a + b


_FORMATS = {  # largest finite number, exponent of the smallest normal, exponent at and below which all becomes zero
    "fp16": (65504.0, -14, -25), "bf16": (float.fromhex("0x1.fep127"), -126, -134),
    "e4m3": (448.0, -6, -10), "e5m2": (57344.0, -14, -17),
}  # fmt: skip


def _read_moments(m, asked):
    """Metrics, a vector each, from (sites, 9): elements, Σx, Σx², NaN, infinite, max|x|, Σx³, Σx⁴, zeros; those asked for at least."""
    elements, total, squares, nans, infs, largest, cubes, fourths, zeros = m.unbind(1)
    finite = elements - nans - infs
    square = squares / finite
    out = {"nan": nans, "inf": infs, "rms": square.sqrt(), "abs_max": largest, "elements": elements, "sum": total, "sum_squares": squares}
    if "kurtosis" in asked:
        mean = total / finite
        second = square - mean * mean
        fourth = fourths / finite - 4 * mean * cubes / finite + 6 * mean * mean * square - 3 * mean**4
        out.update(mean=mean, zero_fraction=zeros / finite,
                   kurtosis=torch.where(second > 0, fourth / (second * second), torch.full_like(second, math.nan)))  # fmt: skip
    if "fp16_headroom_bits" in asked:
        bits = torch.where(infs > 0, torch.full_like(largest, math.inf), largest).log2()
        out.update((name + "_headroom_bits", math.log2(limit) - bits) for name, (limit, _, _) in _FORMATS.items())
    return out


def _read_exponents(bins):
    """Metrics, a vector each, from (sites, 255) counts: what formats would lose, and how many exponents there are."""
    bins = bins.double()
    below = torch.nn.functional.pad(bins.cumsum(1), (1, 0))  # at e + 127: how many are below 2^e
    every, under = below[:, -1], lambda exponent: below[:, max(0, min(255, exponent + 127))]
    counts = {
        "fp16_overflow": every - under(16), "fp16_subnormal": under(-14) - under(-25), "fp16_flushed": under(-25),
        "bf16_flushed": under(-134), "e4m3_overflow": every - under(9), "e4m3_flushed": under(-10),
        "e5m2_overflow": every - under(16), "e5m2_flushed": under(-17),
    }  # fmt: skip
    there = (bins > 0).double()
    span = 255 - there.flip(1).argmax(1) - there.argmax(1)
    return {**{name: count / every for name, count in counts.items()},
            "exponent_span": torch.where(every > 0, span.double(), torch.full_like(every, math.nan))}  # fmt: skip


_BINADES = 40  # of a histogram at most, as much as fp16 spans; the last takes what lies below


def _read_histogram(bins):
    """Of 255 counts the highest exponent with one, and the counts from there down as the Java probe sends them."""
    there = [e for e, count in enumerate(bins) if count]
    if not there:
        return math.nan, [0.0]
    top, low = there[-1], max(there[0], there[-1] - _BINADES + 1)
    return float(top - 127), [*reversed(bins[low + 1 : top + 1]), sum(bins[: low + 1])]


# ---------------------------------------------------------------------------------------------------------------------
# How often. Probes have the names of the catalogue (`observatory probes list`); each pack holds the one before.

# What a probe reads, and the metrics it answers with.
_PROBES = {
    "non-finite": ("moments", ("nan", "inf")),
    "activation-scale": ("moments", ("rms", "abs_max", "elements", "sum", "sum_squares")),
    "format-headroom": ("moments", tuple(name + "_headroom_bits" for name in _FORMATS)),
    "format-range": ("exponents", ("fp16_overflow", "fp16_subnormal", "fp16_flushed", "bf16_flushed", "e4m3_overflow", "e4m3_flushed",
                                   "e5m2_overflow", "e5m2_flushed", "exponent_span")),
    "exponent-histogram": ("exponents", ("histogram_exponent_top", "histogram_exponent")),
    "activation-shape": ("shape", ("mean", "kurtosis", "zero_fraction")),
    "unit-activity": ("units", ("dead_fraction", "neuron_kurtosis")),
    "attention-logits": ("attention", ("attention_logit_max",)),
    "log-z": ("log_z", ("log_z_mean", "log_z_max")),
    "gradient-norm": ("norm", ("norm",)),
    "update-ratio": ("update_ratio", ("update_ratio", "update_norm", "weight_norm")),
    "adam-rms": ("adam_rms", ("adam_rms",)),
    "example-gradients": ("noise", ("example_gradient_square", "batch_gradient_square", "examples")),
    "run-repetition": ("tokens", ("seen_before", "ngram_seen_fraction")),
}  # fmt: skip
_SCALES = ("non-finite", "activation-scale", "format-headroom")
_PARAMETERS = ("gradient-norm", "update-ratio", "adam-rms")
_UNITS = ("mlp_hidden", "residual")
_SPARSE = 10
_LOW = {"run-repetition": {None: 1}, "format-range": {None: _SPARSE}, "attention-logits": {None: _SPARSE}, "example-gradients": {None: _SPARSE},
        **{name: {None: _SPARSE} for name in _PARAMETERS}}  # fmt: skip
_CLOSE = {"activation-shape": {None: _SPARSE}, "exponent-histogram": {None: _SPARSE}, "unit-activity": {hook: _SPARSE for hook in _UNITS}, "log-z": {None: _SPARSE}}
_PACKS = {  # for each probe how often, at each hook, None standing for those not named
    "off": {},
    "continuous": {**{name: {"residual": 1, "residual_gradient": 0, None: _SPARSE} for name in _SCALES}, **_LOW},
    "profile": {**{name: {"residual_gradient": _SPARSE, None: 1} for name in _SCALES}, **_LOW, **_CLOSE},
    "forensic": {**{name: {None: 1} for name in _PROBES}, "unit-activity": {hook: 1 for hook in _UNITS},
                 "exponent-histogram": {None: _SPARSE}},  # many numbers: never in every step
}  # fmt: skip
_BUDGETS = {"off": 0.01, "continuous": 0.01, "profile": 0.03, "forensic": math.inf}  # shares of a step's time
# Reductions of one tensor: how, whether they see the tensor or a sample of it, and how two micro-batches merge.
_REDUCTIONS = {"moments": (_moments, _merge_moments), "shape": (_shape, _add), "exponents": (_exponents, _add)}


class _Questions:
    """What is asked: a pack, and what operators have changed since, each change until its time is over, in their order."""

    def __init__(self, pack):
        self.base, self.changes = pack, []  # [(until, request)]

    def change(self, request, until):
        """Applies a command; returns why not, or nothing."""
        command, probe = request["command"], request.get("probe")
        if command == "profile":
            if request["pack"] not in _PACKS:
                return "a pack is one of " + ", ".join(_PACKS)
        elif command not in ("add-probe", "remove-probe"):
            return "this trainer takes no commands about its course, only about probes"
        elif probe not in _PROBES:
            near = difflib.get_close_matches(probe, _PROBES, 1)
            return "no probe %s in PyTorch%s; there are %s" % (probe, ", did you mean %s?" % near[0] if near else "", ", ".join(_PROBES))
        elif command == "remove-probe" and probe not in self.asked():
            return "nothing to remove: %s is not installed; installed are %s" % (probe, ", ".join(self.asked()))
        self.changes.append((until, request))
        return None

    def over(self, now):
        """Forgets the changes whose time is over; returns their requests."""
        gone = [request for until, request in self.changes if until <= now]
        self.changes = [(until, request) for until, request in self.changes if until > now]
        return gone

    def pack(self):
        return ([request["pack"] for _, request in self.changes if request["command"] == "profile"] or [self.base])[-1]

    def asked(self):
        """For each probe its cadences: {hook: every} of a pack, ({hook: every}, phase) where one was added."""
        asked = {name: [(cadence, 0)] for name, cadence in _PACKS[self.base].items()}
        for _, request in self.changes:
            if request["command"] == "profile":
                asked = {name: [(cadence, 0)] for name, cadence in _PACKS[request["pack"]].items()}
            elif request["command"] == "remove-probe":
                asked.pop(request["probe"], None)
            else:
                every = max(1, int(request.get("every", 1)))
                hooks = _UNITS if request["probe"] == "unit-activity" else (None,)
                asked.setdefault(request["probe"], []).append(({hook: every for hook in hooks}, int(request.get("phase", 0))))
        return asked


class _Plans:
    """The plans of a set of questions, by what is due: there are few, and most steps are alike."""

    def __init__(self, questions):
        self._asked, self._whole, self._made = questions.asked(), questions.pack() == "forensic", {}

    def of(self, step, stretch):
        key = stretch, *(self._due(every, phase, step, stretch)
                         for cadences in self._asked.values() for cadence, phase in cadences for every in cadence.values())  # fmt: skip
        if key not in self._made:
            cadences = [(probe, {hook: (self._stretched(every, stretch), self._due(every, phase, step, stretch)) for hook, every in cadence.items()})
                        for probe, cadences in self._asked.items() for cadence, phase in cadences]  # fmt: skip
            self._made[key] = _Plan(cadences, self._whole)
        return self._made[key]

    @staticmethod
    def _stretched(every, stretch):
        return every * stretch if every > 1 else every

    @staticmethod
    def _due(every, phase, step, stretch):
        every = _Plans._stretched(every, stretch)
        return every > 0 and step % every == phase % every


class _Plan:
    """What is due in a step; steps in which the same is due share one."""

    def __init__(self, cadences, whole):
        self._cadences, self.whole = cadences, whole  # [(probe, {hook: (how often, whether due)})]
        self._at, self._metrics, self._periods = {}, {}, {}
        self.noise = "example-gradients" in self.due("norm_example_gradient")
        self.attention = "attention-logits" in self.due("attention_logits")
        self.log_z = "log-z" in self.due("log_z")
        self.tokens = "run-repetition" in self.due("tokens")
        self.parameters = frozenset(_PARAMETERS) & self.due("gradient")
        self.residual_gradient = frozenset(_SCALES) & self.due("residual_gradient")
        self.needed = None  # names of the modules that are looked at
        self._quick = {}

    def due(self, hook):
        return frozenset(probe for probe, cadence in self._cadences if cadence.get(hook, cadence.get(None, (0, False)))[1])

    def turn(self, kind, hook, step):
        """How many looks of a kind there were at a hook before: what is seen of a tensor turns with them. Of the steps in which
        one looks, such as those that 10 divides, the remainders by 8 are four only."""
        if (kind, hook) not in self._periods:
            read = "shape" if kind == "moments" and "shape" in self.at(hook) else kind  # one sample for both, by the rarer
            every = [cadence.get(hook, cadence.get(None, (0, False)))[0] for probe, cadence in self._cadences if _PROBES[probe][0] == read]
            self._periods[kind, hook] = min(filter(None, every), default=1)
        return step // self._periods[kind, hook]

    def at(self, hook):
        """The reductions due for the activations of a hook."""
        if hook not in self._at:
            due = self.due(hook)
            read = {_PROBES[name][0] for name in due}
            if "shape" in read:
                read.add("moments")  # its mean and variance come from there
            self._at[hook] = [reduction for reduction in (*_REDUCTIONS, "units") if reduction in read]
        return self._at[hook]

    def quick(self, hook, x):
        """Elements of a tensor, what is due at its hook where the fused reductions are all of it, and of how many runs one is looked at."""
        known, elements = self._quick.get(hook), x.numel()
        if known is None or known[0] != elements:
            more = (hook == "qkv" and self.attention) or (hook == "logits" and self.log_z) \
                or (hook == "residual" and self.residual_gradient)  # fmt: skip
            due = None if more or not _Table.FUSED.issuperset(self.at(hook)) else frozenset(self.at(hook))
            known = self._quick[hook] = elements, due, self.every(hook, elements), self.apart(x)
        return known

    def every(self, hook, elements):
        """Of how many runs of elements one is looked at."""
        return 1 if self.whole or hook == "residual" or elements < _WHOLE else max(_EIGHTH, elements // _ENOUGH)

    def apart(self, x):
        """Of how many runs of a tensor the exponents of one are counted."""
        return 1 if self.whole else max(_EIGHTH, x.numel() // _HISTOGRAM[x.is_cuda])

    def metrics(self, hook):
        """The names of what is answered at a hook; a reduction gives more than was asked for."""
        if hook not in self._metrics:
            self._metrics[hook] = frozenset(metric for name in self.due(hook) for metric in _PROBES[name][1])
        return self._metrics[hook]


# ---------------------------------------------------------------------------------------------------------------------
# The spool: frames to SQLite on a thread of their own. docs/wire.md describes the files.


def _number(value):
    value = float(value)
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


_NAME, _DETAIL = 256, 1 << 17  # characters of a name, and of a detail of an event: a reader takes no longer ones


_ENDINGS = ("finished", "stopped", "detached", "failed")


def _ending(reason):
    """How a run ended, for the wire: nobody's own words are taken for an error."""
    if isinstance(reason, BaseException):
        return type(reason).__name__
    words = str(reason)
    return words if words.split(":")[0] in _ENDINGS else "finished: " + words


def _say(what):
    with contextlib.suppress(OSError, ValueError, AttributeError):  # nobody may hear it: closed, a broken pipe, none at all
        sys.stderr.write("observatory: " + what + "\n")
        sys.stderr.flush()


def _lost(first, following, step, body, why):
    """An event that says which numbers never came, in the place of the last of them; the rest is as in a document beside it."""
    whose = {name: value for name, value in json.loads(body).items() if name in ("v", "run", "incarnation", "writer", "rank", "time")}
    details = {"fromSeq": str(first), "toSeq": str(following - 1), "count": str(following - first), "tier": "frames",
               "reason": why or "the training was faster than its spool was written"}  # fmt: skip
    event = {**whose, "type": "event", "seq": following - 1, "step": step, "kind": "lost", "details": details}
    return json.dumps(event, separators=(",", ":")).encode()


_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def _json(value, depth=3, most=4096):
    """JSON, made in pieces: while one is made no other thread of Python runs, and the training is one."""
    if isinstance(value, dict) and depth:
        return "{%s}" % ",".join("%s:%s" % (_encoder.encode(name), _json(of, depth - 1)) for name, of in value.items())
    if isinstance(value, list) and len(value) > most:
        return "[%s]" % ",".join(_encoder.encode(value[first : first + most])[1:-1] for first in range(0, len(value), most))
    return _encoder.encode(value)


class _Spool:
    SEGMENT_BYTES, COMMIT_SECONDS, LOOK_SECONDS, WAITING = 16 << 20, 0.05, 2.0, 256
    BRIDGE_BYTES = 32 << 20  # held in memory while the disk takes nothing

    def __init__(self, folder, limit_bytes):
        self.folder, self.limit = folder, limit_bytes
        self.waiting = queue.Queue(self.WAITING)
        self.refused = self.shed = self.written = 0
        self.trouble, self.told = "", set()
        self.database, self.size = None, 0
        self.kept, self.kept_bytes = collections.deque(), 0  # (seq, step, kind, body) of what is not on the disk yet
        self.expected, self.why = 0, ""  # the next number, and why one may be missing
        self.control, self.control_read = os.path.join(folder, "control.jsonl"), 0
        self.requests = collections.deque()  # what operators ask, for the training thread
        self._claim()
        self.thread = threading.Thread(target=self._run, name="observatory-spool", daemon=True)
        self.thread.start()

    def _claim(self):
        """Makes the folder, with what says that its writer lives and has no Kafka client."""
        try:
            os.makedirs(self.folder, exist_ok=True)
            self.lock = open(os.path.join(self.folder, "spool.lock"), "w")
        except OSError as error:
            raise OSError("the spool is a folder that can be written to: %s; try watch(…, spool=…) or OBSERVATORY_SPOOL" % error) from error
        if fcntl:
            fcntl.lockf(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        open(os.path.join(self.folder, "for-relay"), "w").close()

    def offer(self, document, kind):
        """Hands over a document or what makes one (kind 1 for a frame, 0 for an event); False where there was no room."""
        try:
            self.waiting.put_nowait((document, kind))
            return True
        except queue.Full:
            self.refused += 1
            return False

    def close(self, patience):
        try:
            self.waiting.put((None, 0), timeout=patience)
            if self.thread is not threading.current_thread():
                self.thread.join(patience)
        except queue.Full:
            pass

    def _run(self):
        over = False
        while not over:
            try:
                taken = [self.waiting.get(timeout=self.LOOK_SECONDS)]
            except queue.Empty:
                self._look_for_requests()
                if self.kept:
                    self._write()
                continue
            deadline = time.monotonic() + self.COMMIT_SECONDS
            while taken[-1][0] is not None and time.monotonic() < deadline:
                try:
                    taken.append(self.waiting.get(timeout=max(0.0, deadline - time.monotonic())))
                except queue.Empty:
                    break
            over = taken[-1][0] is None
            self._look_for_requests()
            for document, kind in taken:
                if document is not None:
                    self._keep(document, kind)
            self._write()
        if self.kept:
            self._say("%d items are lost with this process: %s" % (len(self.kept), self.trouble))
        self._close()
        self.lock.close()

    def _keep(self, document, kind):
        """Makes JSON of a document; what cannot be made is counted, and said."""
        try:
            document = document() if callable(document) else document
            body = _json(document).encode("utf-8", "replace")  # a path may hold bytes that are no text
        except Exception as error:  # noqa: BLE001 - whatever it is, what comes after is written
            self._say("a frame could not be made: %.200r" % error, "frame")
            self.why, self.shed = "a frame could not be made: %.200r" % error, self.shed + 1
            return
        self.kept.append((document["seq"], document["step"], kind, body))
        self.kept_bytes += len(body)

    def _write(self):
        """Brings what is kept to the disk; while that takes nothing, it waits here, and beyond a limit the oldest goes."""
        if self.database is not None and not os.path.exists(self.segment):
            self._close()
            self._say("the spool %s was deleted while in use; it goes on in a new one" % self.folder)
        try:
            if self.database is None or self.size > self.SEGMENT_BYTES:
                if self.database is not None:
                    self._close()
                    self._make_room()
                self._open()
            expected, written, rows = self.expected, self.written, []
            for seq, step, kind, body in self.kept:
                for kind, body in ([(0, _lost(expected, seq, step, body, self.why))] if seq > expected else []) + [(kind, body)]:
                    rows.append((written << 8, kind, zlib.crc32(body), body))
                    written += 1
                expected = seq + 1
            with self.database:
                self.database.executemany("INSERT INTO item VALUES (?, ?, ?, ?)", rows)
            self.size += sum(len(body) for *_, body in rows)
            self.kept.clear()
            self.expected, self.written, self.kept_bytes, self.why = expected, written, 0, ""
            if "disk" in self.told:
                self.told.discard("disk")
                _say("the spool %s can be written to again" % self.folder)
        except (sqlite3.Error, OSError) as error:
            self._close()
            self._say("the spool %s cannot be written to: %s; %d MB are kept in memory, then the oldest frames are given up; make room there,"
                      " or name another place by OBSERVATORY_SPOOL" % (self.folder, error, self.BRIDGE_BYTES >> 20), "disk")  # fmt: skip
            while self.kept_bytes > self.BRIDGE_BYTES:
                oldest = next((i for i, (_, _, kind, _) in enumerate(self.kept) if kind == 1), 0)
                self.kept_bytes -= len(self.kept[oldest][3])
                del self.kept[oldest]
                self.why, self.shed = "the spool could not be written to: %s" % error, self.shed + 1

    def _say(self, what, about=None):
        self.trouble, about = what, about or what
        if about not in self.told:
            self.told.add(about)
            _say(what)

    def _close(self):
        with contextlib.suppress(sqlite3.Error):  # what is in it is read from its log
            if self.database is not None:
                self.database.close()
        self.database = None

    def _look_for_requests(self):
        """Commands that the relay has checked and put down, a line of JSON each."""
        try:
            if os.path.getsize(self.control) == self.control_read:
                return
            with open(self.control, "rb") as file:
                file.seek(self.control_read)
                lines = file.read()
        except OSError:
            return  # nobody has ever asked
        whole = lines[: lines.rfind(b"\n") + 1]
        self.control_read += len(whole)
        for line in whole.splitlines():
            try:
                request = json.loads(line)
                self.requests.append({**request["command"], "id": str(request["id"]), "operator": str(request["operator"]),
                                      "ttl_seconds": float(request["ttl_seconds"])})  # fmt: skip
            except (ValueError, KeyError, TypeError) as error:
                self._say("a line of %s is no command: %r" % (self.control, error), "control")

    def _open(self):
        if not os.path.exists(os.path.join(self.folder, "for-relay")):
            self.lock.close()
            self._claim()
        self.segment = os.path.join(self.folder, "%019d.spool" % self.written)
        self.database, self.size = sqlite3.connect(self.segment), 0
        database = self.database
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE IF NOT EXISTS item"
                         " (key INTEGER PRIMARY KEY, kind INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL)")  # fmt: skip
        database.execute("CREATE TABLE IF NOT EXISTS shed (tiers INTEGER NOT NULL, items INTEGER NOT NULL)")
        database.commit()

    def _make_room(self):
        """Gives up the oldest finished segments beyond the limit, which nobody has fetched; a notice in the next says so."""
        files = sorted(name for name in os.listdir(self.folder) if name.endswith(".spool"))
        sizes = [os.path.getsize(os.path.join(self.folder, name)) for name in files]
        while len(files) > 1 and sum(sizes) > self.limit:
            first, following = int(files[0][:19]), int(files[1][:19])
            self._hand_on(os.path.join(self.folder, files[0]), os.path.join(self.folder, files[1]), following)
            self.shed += following - first
            self._say("the spool %s reached its limit of %d MB, the oldest is given up: start `observatory relay`, or set limit_bytes"
                      % (self.folder, self.limit >> 20), "limit")  # fmt: skip
            for part in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(self.folder, files[0] + part))
            del files[0], sizes[0]

    @staticmethod
    def _hand_on(going, staying, following):
        with contextlib.closing(sqlite3.connect(going)) as old, contextlib.closing(sqlite3.connect(staying)) as new:
            first, last = (old.execute("SELECT body FROM item ORDER BY key %s LIMIT 1" % order).fetchone()[0] for order in ("ASC", "DESC"))
            begin, end = json.loads(first), json.loads(last)
            begin = int(begin["details"]["fromSeq"]) if begin.get("kind") == "lost" else begin["seq"]
            body = _lost(begin, end["seq"] + 1, end["step"], last, "the spool reached its limit while no relay fetched it")
            with new:
                key = (following << 8) - 1  # the last place of the item before
                new.execute("INSERT INTO item VALUES (?, 4, ?, ?)", (key, zlib.crc32(body), body))


# ---------------------------------------------------------------------------------------------------------------------
# The watch.


class _Unsaved:
    """A hook that is not saved or copied with its model: there, one of the standard library that does nothing is in its place.

    What a compiler makes of it is one call with a constant. Its guards look in each step at whatever is referred to there, of
    each hook: that is one number.
    """

    def __init__(self, call, place=None):
        self.call, self.place = call, place

    def __call__(self, module, *values):
        if not _is_compiling():
            return self.call(module, *values)
        if self.place is not None and (self.place & 1 or _all_hooks) and torch.is_grad_enabled() and not _is_exporting():
            value = values[-1]  # the output, or where a hook comes before its module the inputs
            while isinstance(value, (tuple, list)) and value:
                value = value[0]
            if isinstance(value, torch.Tensor):
                _compiled_look(value, _marks[self.place >> _PLACE_BITS], self.place)
        return None

    def __reduce__(self):
        return getattr, (contextlib.nullcontext(), "__exit__")


_sdpa = getattr(torch.nn.functional, "scaled_dot_product_attention", None)  # since 2.0
_active_mode = getattr(torch.overrides, "_get_current_function_mode", None)


_multi_head = torch.nn.functional.multi_head_attention_forward
_of_multi_head = inspect.signature(_multi_head)
_SHAPED = ("view", "reshape", "unflatten", "flatten")


def _of_sdpa(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, **more):
    return query, key, attn_mask, is_causal, scale


def _of_einsum(equation, *operands):
    """Queries (B, H, T, d) and keys (B, H, d, S) of a sum over d; nothing where it is another, or a product of other shapes."""
    found = re.fullmatch(r"([a-zA-Z]{4}),([a-zA-Z]{4})->([a-zA-Z]{4})", equation.replace(" ", ""))
    if not found:
        return None
    one, other, out = found.groups()
    width = [letter for letter in one if letter in other and letter not in out]
    if len(width) != 1 or out[2] in other or out[3] in one or set(one) != {*out[:3], *width} or set(other) != {*out[:2], out[3], *width}:
        return None
    query, key = operands[0] if isinstance(operands[0], (tuple, list)) else operands
    return query.permute([one.index(letter) for letter in (*out[:3], *width)]), key.permute([other.index(letter) for letter in (*out[:2], *width, out[3])])


def _of_product(name, arguments, keywords):
    """Queries, keys (…, d, S) and a factor of a product of such by its name; nothing where it has not as many dimensions."""
    scale = 1.0
    if name == "einsum":
        two = _of_einsum(*arguments)
    elif name == "baddbmm":  # onto a bias, which is none of the product
        named = {**dict(zip(("input", "batch1", "batch2"), arguments)), **keywords}
        two, scale = (named["batch1"], named["batch2"]), named.get("alpha", 1.0)
    else:
        two = arguments if len(arguments) == 2 else None
    return (*two, scale) if two and two[0].dim() == two[1].dim() in (3, 4) else None


class _Multiplied(torch.overrides.TorchFunctionMode):
    """Active while an attention module runs: sees the queries and keys that it multiplies, whatever norm or rotation came before.

    They are those of scaled_dot_product_attention, of an operator that calls what it takes as flash-attn does, those of the
    product that softmax is taken of, or what nn.MultiheadAttention projects, once more for the first sequence. A mode belongs to one thread, and no function of anybody's is replaced. A compiler takes
    in what is done here as it does with a hook, of scaled_dot_product_attention alone.
    """

    def __init__(self, place, guard=None, tell=None):
        super().__init__()
        # guard: runs what may fail; tell: takes queries and keys (B, H, T, d), what is unseen, and a scale; None once it was told
        self.place, self.guard, self.tell = place, guard, tell
        self.products = []  # of queries and keys, on their way to softmax: the tensor, the two, by what it was multiplied since

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        keywords = keywords or {}
        if _is_compiling():
            if function is _sdpa and self.place is not None:  # else this is compiled inside of what is not
                query, key, mask, causal, scale = _of_sdpa(*arguments, **keywords)
                if type(query) is torch.Tensor and type(key) is torch.Tensor and (mask is None or type(mask) is torch.Tensor):
                    _compiled_attend(query, key, mask, causal, scale, _marks[self.place >> _PLACE_BITS], self.place)
            return function(*arguments, **keywords)
        result = function(*arguments, **keywords)
        if self.tell is not None:
            self.guard(self._follow, function, arguments, keywords, result)
        return result

    def _follow(self, function, arguments, keywords, result):
        name = getattr(function, "__name__", "")
        if function is _sdpa:
            query, key, mask, causal, scale = _of_sdpa(*arguments, **keywords)
            self._say(query, key, _unseen_by_mask(mask, causal), scale)
        elif function is _multi_head:
            self._module(_of_multi_head.bind(*arguments, **keywords).arguments)
        elif hasattr(function, "_schema") or hasattr(function, "default"):
            self._operator(getattr(function, "_schema", None) or function.default._schema, arguments, keywords)
        elif not isinstance(result, torch.Tensor):
            pass
        elif name in ("matmul", "bmm", "baddbmm", "einsum"):
            product = _of_product(name, arguments, keywords)
            if product:
                self.products = [*self.products[-1:], [result, *product]]
        else:
            self._go_on(name, arguments, [one for one in self.products if any(x is one[0] for x in (*arguments, *keywords.values()))], result)

    def _go_on(self, name, arguments, products, result):
        """What became of a product."""
        if len(products) > 1:  # of their sum none is that of queries and keys
            self.products = []
            return
        for product in products:
            logits, query, key, scale = product
            if name == "softmax":
                if query.dim() == 4:
                    seen = logits[0] if logits.dim() == 4 else logits[: query.shape[1]]
                    self._say(query, key.transpose(-2, -1), lambda at, place: _masked(_local(seen.detach())[:, at]), scale)
            elif result.shape == logits.shape:
                # Scaled, masked, or bounded: by a division before tanh and a product after it, which together are none.
                product[:] = result, query, key, scale * self._factor(name, arguments)
            elif name in _SHAPED and result.shape[-2:] == logits.shape[-2:]:
                if query.dim() == 3 and result.dim() == 4:  # now one sees how many heads there are
                    query, key = (x.reshape(*result.shape[:2], *x.shape[1:]) for x in (query, key))
                product[:] = result, query, key, scale

    @staticmethod
    def _factor(name, arguments):
        numbers = [a for a in arguments if isinstance(a, (int, float)) or (isinstance(a, torch.Tensor) and a.numel() == 1)]
        if numbers and name.rstrip("_") in ("mul", "multiply"):
            return numbers[0]
        return 1 / numbers[0] if numbers and name.rstrip("_") in ("div", "divide", "true_divide") else 1.0

    def _module(self, of):
        """A call of nn.MultiheadAttention's function, inside of which a mode sees nothing: queries (T, B, E), keys (S, B, E)."""
        (query, key), heads, bias, extra = (of["query"], of["key"]), of["num_heads"], of["in_proj_bias"], of["bias_k"]
        query, key = (x[:, 0] if x.dim() == 3 else x for x in (query, key))
        width = query.shape[-1]
        weights = (of["q_proj_weight"], of["k_proj_weight"]) if of.get("use_separate_proj_weight") else of["in_proj_weight"].split(width)[:2]
        with torch.no_grad():
            query, key = (torch.nn.functional.linear(x, weight, None if bias is None else bias[i * width : (i + 1) * width])
                          for i, (x, weight) in enumerate(zip((query, key), weights)))  # fmt: skip
            key = key if extra is None else torch.cat([key, extra[0].to(key.dtype)])
            query, key = (x.view(len(x), heads, -1).transpose(0, 1) for x in (query, key))
        key = key if of.get("static_k") is None else of["static_k"][:heads]
        mask, padded = of.get("attn_mask"), of.get("key_padding_mask")
        mask = mask if mask is None or mask.dim() == 2 else mask[:heads]
        padded = padded if padded is None or padded.dim() == 1 else padded[0]

        def unseen(at, place):
            hidden = torch.zeros(1, len(place), dtype=torch.bool, device=place.device)
            for one in ([] if mask is None else [mask[..., at, :]]) + ([] if padded is None else [padded[None]]):
                one = one if one.dtype == torch.bool else _masked(one)
                hidden = hidden | torch.nn.functional.pad(one, (0, len(place) - one.shape[-1]))  # all see what is added to the keys
            return hidden

        self._say(query[None], key[None], unseen, None)

    def _operator(self, schema, arguments, keywords):
        """A call of a registered operator: flash-attn's has q and k of (B, T, H, d), or (T, H, d) of sequences in a row."""
        named = {**{argument.name: value for argument, value in zip(schema.arguments, arguments)}, **keywords}
        if not {"q", "k", "v", "softmax_scale"} <= named.keys():
            return
        query, key, ends, offset = named["q"], named["k"], None, 0
        if query.dim() == 3 and named.get("cu_seqlens_q") is not None:
            ends = named["cu_seqlens_q"][1], named["cu_seqlens_k"][1]
            query, key, offset = query[None, : named["max_seqlen_q"]], key[None, : named["max_seqlen_k"]], ends[1] - ends[0]
        elif query.dim() == 4:
            offset = key.shape[1] - query.shape[1]
        window = named.get("window_size_left", -1), named.get("window_size_right", -1)
        unseen = _unseen_in_window(bool(named.get("causal", named.get("is_causal"))), *window, offset, ends)
        self._say(query.transpose(-3, -2), key.transpose(-3, -2), unseen, named["softmax_scale"])

    def _say(self, *what):
        tell, self.tell, self.products = self.tell, None, []
        tell(*what)


def _compiled_graphs():
    """How many graphs torch.compile has made in this process, of functions seen for the first time or once more."""
    utils = sys.modules.get("torch._dynamo.utils")
    return utils.counters["stats"]["unique_graphs"] if utils is not None else 0


class _Around:
    """What happens before and after an attention module that is not compiled: a _Multiplied is active in between."""

    def __init__(self, watch, name, layer, module):
        self.watch, self.name, self.layer = watch, name, layer
        # Those have a fused kernel, which they leave where a mode is active, where they do not train.
        self.fused = [m for m in module.modules() if isinstance(m, torch.nn.MultiheadAttention)]
        self.seen, self.inside = -1, threading.local()  # the pass it was last seen in; this thread's mode
        self.graphs = 0  # how many were compiled before it

    def enter(self):
        self.leave()  # what Ctrl-C left
        watch = self.watch
        if not watch._plan.attention or "attention" in watch._off or not watch._looks() or self.seen == watch._pass:
            return
        if watch._calls_compiled or not all(m.training for m in self.fused):
            return
        self.graphs = _compiled_graphs()
        self.seen = watch._pass
        guard = functools.partial(watch._guard, "attention")
        self.inside.mode = _Multiplied(None, guard, functools.partial(watch._logits_of, self.layer))
        self.inside.mode.__enter__()

    def leave(self):
        mode, self.inside.mode = getattr(self.inside, "mode", None), None
        if mode is not None:
            mode.tell = None
            if _active_mode is None or _active_mode() is mode:
                mode.__exit__(None, None, None)
            if _compiled_graphs() != self.graphs:  # for this look, beside what is called in other steps
                self.watch._calls_compiled = True
                self.watch._say_once("%s calls compiled code: attention logits are not looked at; they are where the whole model is compiled" % self.name)


class _AtAttention:
    """The hook before or after an attention module; as code that was compiled it is the mode, around the module's own code."""

    def __init__(self, call, mode, enters):
        self.call, self.mode, self.enters, self.place = call, mode, enters, mode.place

    def __call__(self, module, *values):
        if not _is_compiling():
            self.call()
        elif _compiled_attend is not None and (self.place & 1 or _all_hooks) and torch.is_grad_enabled() and not _is_exporting():
            if self.enters:
                self.mode.__enter__()
            else:
                self.mode.__exit__(None, None, None)

    __reduce__ = _Unsaved.__reduce__


class _TakesLoss:
    """A hook that keeps the loss a model returns beside its logits, and the ids of tokens it was given; of the former compiled code tells it by the operator of the other hooks."""

    def __init__(self, watch):
        self.losses, self.tokens, self.key = watch._losses, watch._ids, watch._key

    def __call__(self, module, inputs, keywords, output):
        if torch.is_grad_enabled() and not _is_compiling():
            ids = keywords.get("input_ids", inputs[0] if inputs else None)
            if isinstance(ids, torch.Tensor) and not ids.is_floating_point() and ids.dim() == 2 and len(self.tokens) < 4096:
                self.tokens.append(ids)
        loss = output.get("loss") if isinstance(output, dict) else getattr(output, "loss", None)
        if isinstance(loss, torch.Tensor) and torch.is_grad_enabled():
            part = keywords.get("num_items_in_batch") is not None  # divided by the tokens of all micro-batches already
            if not _is_compiling():
                self.losses.append((loss.detach(), part))
            elif _compiled_look is not None and self.key in _marks and not _is_exporting():
                _compiled_look(loss, _marks[self.key], (self.key << _PLACE_BITS) | (_LOSS + part) << 1)

    __reduce__ = _Unsaved.__reduce__


# Numbers of one kind for many sites, on their way from a device: a row for each site; `more` belongs to the kind.
_Block = collections.namedtuple("_Block", "kind sites more")
_Column = collections.namedtuple("_Column", "sites metric values divisors", defaults=[None])


class _Step:
    """What was measured in a step: per site and probe one device vector, and scalars, some of them on the device."""

    def __init__(self, number, plan):
        self.number, self.plan = number, plan
        self.results = {}  # (kind, (hook, layer, parameter)) -> vector, a list where it is on the host already
        self.later = {"units": [], "noise": []}  # (site, tensor): what is read for all sites of a shape at once
        self.columns = []  # _Column: one vector with a value for each of many sites
        self.scalars = {}
        self.batch = None
        self.tokens = []  # ids of tokens, (sequences, T), on the host once the step has arrived
        self.event, self.flat, self.layout, self.here = [], None, None, None
        self.stepped = self.norms_taken = self.norm_told = self.looked = False
        self.passes = self.updates = 0


_SURVEY = 50  # steps between two looks at what the model consists of
_SKIPPED = 32  # steps without the optimiser's: a loss scaler that starts high passes over fewer
_UPDATES, _PASSES = 10, 1000  # so many of them without a step(): nobody calls it, or seldom
_FORKED = "this process was forked after watch(): only its parent writes; call watch() in the process that trains"
_NEVER_OFF = ("step", "event", "close")
_ALWAYS_CALL = "always_call" in inspect.signature(torch.nn.Module.register_forward_hook).parameters  # since 2.0


class Watch:
    """Watches one model. Made by watch(); all methods belong to the training thread and none of them raises."""

    def __init__(self, model, optimizer, settings):
        self._model, self._optimizer = model, optimizer
        self._questions, self._scaler, self._sums = _Questions(settings["probes"]), settings["scaler"], settings["sums"]
        self._budget, self._compiled = settings["budget"], settings["compiled"]
        self._sharded = settings["manifest"].get("sharding") is not None
        self._origin = {"run": settings["run"], "incarnation": settings["incarnation"] or 0,
                        "writer": str(uuid.uuid4()), "rank": settings["rank"]}  # fmt: skip
        self._pid, self._key, self._exit = os.getpid(), next(_keys), functools.partial(_at_exit, weakref.ref(self))
        self._dead = self._forked = self._robbed = self._calls_compiled = False
        self._failures, self._off, self._unreadable, self._told, self._said = collections.Counter(), set(), set(), [], set()
        self._seq = self._dropped = 0
        self._pending = collections.deque()
        self._stretch, self._pass, self._unseen, self._without = 1, 0, 0, 0
        self._trains = self._aside = self._resting = False
        # Seconds spent in here: in all, up to the last frame, up to when the governor last looked, and step by step.
        self._spent, self._framed, self._governed, self._costs, self._depth = 0.0, 0.0, 0.0, collections.deque(maxlen=50), 0
        self._began, self._clock = time.perf_counter(), time.monotonic
        self._before, self._losses, self._gains = None, [], []
        self._sketch, self._ids = _RunSketch(), []  # of tokens: those met before, and those that an adapter has seen in this step
        self._need_norm = True  # until the loop tells the gradient norm itself
        self._spool = _Spool(os.path.join(settings["spool"], self._origin["writer"]), settings["limit"])
        if settings["named"]:  # otherwise the name is new, and so is the run
            self._origin["incarnation"] = _of_the_first(settings["run"], settings["incarnation"], functools.partial(_begins, settings))
        self._world, self._flat = settings["world"], settings["flat"]
        self._handles, self._tables, self._often = {}, {}, frozenset()  # of the last: the modules looked at in every step
        self._survey()
        if not self._sites:
            self._say_once("no module's name says what it is (such as layers.0.mlp, h.0.attn): only numbers of the step and parameters are sent")
        _marks[self._key] = torch.zeros(1, device=next((p.device for p in model.parameters()), None))
        self._plans = _Plans(self._questions)
        self._step, self._plan, self._held = settings["first_step"], self._plans.of(settings["first_step"], 1), None
        self._now = _Step(self._step, self._plan)
        self._follow_optimizer()
        self._roots = {}
        self._hold_roots()
        self._often = self._seen_in_every_step()
        self._hold_hooks(everything=True)  # whatever is compiled at the first call then has them all
        self._event("start", settings["manifest"])
        _by_key[self._key] = self
        if hasattr(os, "register_at_fork"):
            reference = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: reference() and reference()._disown())
        atexit.register(self._exit)

    def _survey(self):
        """Which modules are watched and as what, and which parameters there are."""
        model, layers, modules = self._model, _global_layers(self._model), {}
        for name, module in model.named_modules():
            modules.setdefault(_plain(name), (name, module))  # a wrapper and what it wraps are one
        self._sites, self._heads, self._attentions, self._by_index, taken = {}, {}, {}, [], {}
        for plain, (name, module) in modules.items():
            found, rest = _rule(plain), _place(plain)[1]
            if not found:
                continue
            hook, layer, at_input = found
            if rest == "post_attention_layernorm" and any(plain.replace("post_attention", beside) in modules
                                                          for beside in ("pre_feedforward", "post_feedforward")):  # fmt: skip
                hook = "attention_out"  # it norms what attention gives, not what the MLP reads
            after = hook in ("attention_out", "mlp_out") and rest.endswith("norm")
            site = hook, layers.get(_stack(name), layer), rest if after else _split(name) if hook == "qkv" else ""
            outer = taken.setdefault(site, plain)
            if plain.startswith(outer + "."):
                continue  # the same again, before a dropout perhaps
            if plain != outer:  # such as up_proj beside gate_proj, an encoder's embedding beside a decoder's
                site = *site[:2], rest[-_NAME:]
            self._sites[name] = module, site, at_input
            self._by_index.append((name, site))  # a compiled hook knows its module by number
            if hook == "qkv":
                self._heads[name] = self._fused_heads(name)
            elif hook == "attention_out" and not site[2]:
                around = _Around(self, name, site[1], module)
                self._attentions[name, True] = self._attentions[name, False] = module, ("attention_logits", site[1], ""), around
        fused = [name for name, heads in self._heads.items() if heads]  # there queries and keys are seen where they are made
        self._attentions = {key: site for key, site in self._attentions.items() if not any(name.startswith(key[0] + ".") for name in fused)}
        self._hooked = {**self._sites, **self._attentions}
        self._parameters = [(name, layers.get(_stack(name), _place(_plain(name))[0]), _place(_plain(name))[1][-_NAME:], p)
                            for name, p in model.named_parameters()]  # fmt: skip
        self._held_by = {}  # of the parameters with a gradient, on a device, by how many ranks each is held
        self._copies = {} if self._flat else {(layer, rest): _copies(p, self._world) for _, layer, rest, p in self._parameters}

    def _seen_in_every_step(self):
        most = self._plans.of(1, 1)  # a step in which nothing rare is due
        return frozenset(name for name, site in self._hooked.items() if self._needed(name, site[1], most))

    def _follow_model(self):
        """Looks whether the modules and parameters are still those of the last survey; what took their place is watched."""
        modules = dict(self._model.named_modules())
        changed = [name for name, site in self._sites.items() if modules.get(name) is not site[0]]
        now = list(self._model.named_parameters())
        changed += [name for (name, p), (known, *_, q) in zip(now, self._parameters) if name != known or p is not q]
        if changed or len(now) != len(self._parameters):
            self._say_once("parts of the model were replaced, %s among them: what took their place is watched from here on"
                           % (changed or ["parameters"])[0], "replaced")  # fmt: skip
            for handle in self._handles.values():
                handle.remove()
            self._handles.clear()
            self._survey()
            self._plans, self._held = _Plans(self._questions), None  # a plan knows the names of modules
            self._often = self._seen_in_every_step()

    # -- what the loop calls ------------------------------------------------------------------------------------------

    def step(self, loss=None, *, learning_rate=None, gradient_norm=None, loss_scale=None, tokens=None, batch=None, input_ids=None, **more):
        """Ends a step. Numbers may be tensors: they stay on the device until they are ready.

        batch: [(source, offset, loss), ...], the sequences of the step, so that a spike names its batch.
        input_ids: the ids of their tokens, (sequences, T), or a list of such, of micro-batches: so that what the run has met
        before is told, of each sequence where batch has as many in the same order, else of all of them. No token leaves here.
        gradient_norm: what clip_grad_norm_ returned; without it the norm is taken before optimizer.step().
        """
        if self._forked:
            self._say_once(_FORKED)
        self._guard("step", self._end_step, {"loss": loss, "learning_rate": learning_rate, "tokens": tokens,
                    "gradient_norm": gradient_norm, "loss_scale": loss_scale, **more}, batch, input_ids)  # fmt: skip

    def event(self, kind, **details):
        """Something between two steps: event("checkpoint", path=…), or a word of your own, which the timeline shows."""
        self._guard("event", self._event, kind, details)

    def close(self, reason="finished", patience=5.0):
        """Fetches what is still on the device, says that the run is over and lets the spool finish.

        The reason is a word or two of your own, such as "early stopping", or the exception that ended the run."""
        if self._dead or os.getpid() != self._pid:
            return
        self._guard("close", self._drain, True)
        last = self._now.number - 1
        self._guard("close", self._event, "end", {"reason": _ending(reason), "steps": str(last)}, last)
        self._detach()
        self._dead = True
        _watched.discard(getattr(self._model, "_orig_mod", self._model))
        self._spool.close(patience)
        atexit.unregister(self._exit)

    def __del__(self):
        try:
            self.close("detached: the model was given up", 0.0)
        except Exception:  # noqa: BLE001 - at the end of a process nothing is there any more
            pass

    def trouble(self):
        """What went wrong in here so far, as text; empty where nothing did."""
        parts = ["%s failed %d time%s" % (what, n, "" if n == 1 else "s") for what, n in sorted(self._failures.items())]
        parts += ["%s cannot be read" % name for name in sorted(self._unreadable)]
        parts += self._told + ([_FORKED] if self._forked and _FORKED not in self._told else [])
        return "; ".join(parts + ([self._spool.trouble] if self._spool.trouble else []))

    # -- planning ------------------------------------------------------------------------------------------------------

    def _plan_next(self):
        self._step = self._now.number
        if self._step % _SURVEY == 0:
            self._guard("survey", self._follow_model)
        self._plan = self._now.plan = self._plans.of(self._step, self._stretch)
        self._hold_roots()
        self._hold_hooks(everything=self._compiled)

    def _hold_roots(self):
        """Registers what is called before and after each pass, where it is not there."""
        for i, root in enumerate(self._model if isinstance(self._model, torch.nn.ModuleList) else [self._model]):
            for there, register, call in ((root._forward_pre_hooks, root.register_forward_pre_hook, self._on_pass),
                                          (root._forward_hooks, root.register_forward_hook, self._after_pass)):  # fmt: skip
                handle = self._roots.get((i, call.__name__))
                if handle is None or handle.id not in there:
                    if handle is not None:
                        self._say_robbed("the model itself")
                    self._roots[i, call.__name__] = register(_Unsaved(call))

    def _say_robbed(self, where):
        if not self._robbed:
            self._robbed = True
            self._say_once("hooks of the watch were removed by somebody else, that at %s among them: they are put back, and the"
                           " step without them lacks what they measure" % where)  # fmt: skip

    def _hold_hooks(self, everything):
        """Registers the hooks that are due and lets go of the others; compiled code keeps those it was compiled with."""
        plan = self._plan
        if plan.needed is None:
            plan.needed = frozenset(name for name, site in self._hooked.items() if self._needed(name, site[1]))
        global _all_hooks
        _all_hooks = not plan.needed <= self._often
        needed = self._hooked if everything else plan.needed
        if needed is self._held and all(id in of[kind] for of, kind, id in self._there):
            return
        for name in self._handles.keys() - needed:
            self._handles.pop(name).remove()
        self._held, self._there = needed, []
        for name in needed:
            module, _, at_input = self._hooked[name]
            around = at_input if isinstance(at_input, _Around) else None
            at_input = name[1] if around else at_input
            handle = self._handles.get(name)
            kind = "_forward_pre_hooks" if at_input else "_forward_hooks"
            if handle is None or handle.id not in getattr(module, kind):
                if handle is not None:
                    self._say_robbed(name[0] if around else name)
                hook = self._hook_around(around, at_input) if around else self._hook(name, at_input)
                if at_input:
                    handle = module.register_forward_pre_hook(hook)
                elif around and _ALWAYS_CALL:
                    handle = module.register_forward_hook(hook, always_call=True)  # after an error too
                else:
                    handle = module.register_forward_hook(hook)
                self._handles[name] = handle
            self._there.append((module.__dict__, kind, handle.id))

    def _needed(self, name, site, plan=None):
        plan, hook = plan or self._plan, site[0]
        if hook == "attention_logits":
            return plan.attention
        return bool(plan.at(hook) or (hook == "qkv" and plan.attention and self._heads[name]) or (hook == "logits" and plan.log_z)
                    or (hook == "residual" and plan.residual_gradient) or (plan.noise and _norms_something(site)))  # fmt: skip

    def _hook_around(self, around, enters):
        index = [name for name, before in self._attentions if before].index(around.name)
        mode = _Multiplied((self._key << _PLACE_BITS) | (index << 1) | ((around.name, enters) in self._often))
        return _AtAttention(around.enter if enters else around.leave, mode, enters)

    def _looks(self):
        return not (self._dead or self._aside or self._resting) and torch.is_grad_enabled() and not _recorded()

    def _hook(self, name, at_input):
        seen = [-1]  # the pass it was last seen in: recomputed activations and shared modules count once
        index = list(self._sites).index(name)
        site = self._by_index[index][1]

        def look(module, inputs, output=None):
            if not self._looks() or seen[0] == self._pass:
                return
            seen[0] = self._pass
            value = inputs if at_input else output
            if name in self._plan.needed and not self._look_quickly(site, value, False):
                self._guard(name, self._look, name, site, inputs, value)

        # The watch, the module, and whether that is looked at in every step.
        return _Unsaved(look, None if _compiled_look is None else (self._key << _PLACE_BITS) | (index << 1) | (name in self._often))

    def _look_quickly(self, site, value, at_once):
        """Does what is to be done at most hooks of most steps, in few instructions; False where that is not all."""
        began = time.perf_counter()
        try:
            if isinstance(value, tuple) and value:
                value = value[0]
            if "fused" in self._off or not isinstance(value, torch.Tensor) or not _fused(value):
                return False
            if self._plan.noise and _norms_something(site):
                return False
            _, due, every, apart = self._plan.quick(site[0], value)
            if not due:
                return False
            self._now.looked = True
            self._table(value.device).reduce(site, due, value, every, apart, self._turns(site[0]), at_once)
        except Exception as error:  # noqa: BLE001 - as in _guard
            self._failed("fused", error)
        finally:
            self._spent += time.perf_counter() - began
        return True

    def _table(self, device):
        if device not in self._tables:
            self._tables[device] = _Table(device) if device.type == "cuda" else _HostTable()
        return self._tables[device]

    def _look_compiled(self, index, x):
        """What compiled code calls in place of a hook. What it gives may be written to right after."""
        self._compiled = True
        if index >= _LOSS:
            self._losses.append((x.detach().clone(), index > _LOSS))
            return
        name, site = self._by_index[index]
        if self._dead or self._resting or name not in self._plan.needed or (x.is_cuda and torch.cuda.is_current_stream_capturing()):
            return
        if not self._look_quickly(site, x, True):
            self._guard(name, self._look, name, site, (), x, True)

    def _attend_compiled(self, index, query, key, mask, causal, scale):
        """What compiled code calls before scaled_dot_product_attention."""
        self._compiled = True
        if self._dead or self._resting or not self._plan.attention or (query.is_cuda and torch.cuda.is_current_stream_capturing()):
            return
        layer = [site[1][1] for (_, before), site in self._attentions.items() if before][index]
        self._guard("attention", self._logits_of, layer, query, key, _unseen_by_mask(mask, causal), scale)

    def _on_pass(self, module, inputs):
        if torch.is_grad_enabled():
            self._trains |= module.training
            self._aside = self._trains and not module.training  # validation that keeps gradients
            self._pass += 1
            self._now.passes += not self._aside
            if self._now.passes == _PASSES and not self._now.updates and self._optimizer is None:
                self._rest("the model was called %d times" % _PASSES)

    def _after_pass(self, module, inputs, output):
        for table in self._tables.values():
            self._guard("fused", table.flush)

    def _fused_heads(self, name):
        """Heads of a fused projection of queries, keys and values, whose attention has no rotation; None elsewhere."""
        parent = self._model.get_submodule(name.rpartition(".")[0]) if "." in name else self._model
        rotary = any("rotary" in child.lower() for child, _ in parent.named_children())
        for attribute in ("n_head", "num_heads", "num_attention_heads", "n_heads"):
            count = getattr(parent, attribute, None)
            if isinstance(count, int) and not rotary and name.rpartition(".")[2] in ("c_attn", "qkv", "wqkv"):
                return count
        return None

    # -- looking -------------------------------------------------------------------------------------------------------

    def _tensor(self, name, value):
        while isinstance(value, (tuple, list)) and value:
            value = value[0]
        if isinstance(value, dict):
            value = next(iter(value.values()), None)
        placed = getattr(value, "placements", None)  # of a distributed tensor: its part here, unless that is one summand of each number
        if placed is not None:
            value = None if any(placement.is_partial() for placement in placed) else _local(value)
        readable = isinstance(value, torch.Tensor) and value.is_floating_point() and not value.is_quantized \
            and value.layout == torch.strided and value.numel() > 0  # fmt: skip
        if not readable:
            self._unreadable.add(name)
        return value if readable else None

    def _look(self, name, site, inputs, value, at_once=False):
        tensor = self._tensor(name, value)
        if tensor is None:
            return
        plan, (hook, layer, part) = self._plan, site
        self._now.looked = True
        with torch.no_grad():
            x = tensor.detach()
            every = plan.every(hook, x.numel())
            due = [reduction for reduction in plan.at(hook) if reduction not in self._off]
            if "fused" not in self._off and _fused(x):
                fused = _Table.FUSED.intersection(due)
                due = [reduction for reduction in due if reduction not in fused]
                if fused:
                    self._guard("fused", self._fuse, site, fused, x, every, at_once)
            sample = _sample(x, every, self._turns(hook)[0]) if "moments" in due or "shape" in due else None
            for reduction in due:
                self._guard(reduction, self._reduce, site, reduction, x, sample, every)
            if hook == "qkv" and plan.attention and self._heads[name]:
                self._guard("attention", self._attention, layer, x, self._heads[name])
            if hook == "logits" and plan.log_z:
                self._guard("log_z", self._log_z, x, every)
        if tensor.requires_grad:
            if hook == "residual" and plan.residual_gradient:
                tensor.register_hook(lambda g: self._guard("residual_gradient", self._gradient_of, ("residual_gradient", layer, part), g))
            if plan.noise and _norms_something(site) and inputs:  # compiled code gives the output alone
                self._watch_gain(name, layer, inputs, tensor)

    def _turns(self, hook):
        """Of moments and of exponents at a hook the part whose turn it is."""
        return self._plan.turn("moments", hook, self._step), self._plan.turn("exponents", hook, self._step)

    def _fuse(self, site, due, x, every, at_once=False):
        self._table(x.device).reduce(site, due, x, every, self._plan.apart(x), self._turns(site[0]), at_once)

    def _reduce(self, site, reduction, x, sample, every):
        if reduction == "units":
            self._now.later["units"].append((site, _units(_rows(x, every, self._plan.turn("units", site[0], self._step)))))
            return
        reduce, merge = _REDUCTIONS[reduction]
        counted = reduction == "exponents"  # of a sample of its own
        self._keep(site, reduction, reduce(x, self._plan.apart(x), self._turns(site[0])[1]) if counted else reduce(sample), merge)

    def _log_z(self, x, every):
        rows = _rows(x, every, self._plan.turn("log_z", "log_z", self._step))
        self._keep(("log_z", -1, ""), "log_z", _moments(torch.logsumexp(rows.float(), -1)), _merge_moments)

    def _keep(self, site, kind, vector, merge):
        results = self._now.results
        results[kind, site] = vector if (kind, site) not in results else merge(results[kind, site], vector)

    def _gradient_of(self, site, gradient):
        with torch.no_grad():
            x = _local(gradient.detach())
            every = self._plan.every("residual_gradient", x.numel())
            if "fused" not in self._off and _fused(x):
                self._fuse(site, frozenset(("moments",)), x, every)
            else:
                self._keep(site, "moments", _moments(_sample(x, every, self._turns("residual_gradient")[0])), _merge_moments)

    def _attention(self, layer, x, heads):
        """Attention logits of queries and keys in one projection."""
        q, k, _ = (t.reshape(t.shape[0], heads, -1).transpose(0, 1) for t in x.reshape((-1,) + x.shape[-2:])[0].chunk(3, dim=-1))
        self._largest_logits(layer, q, k, _later, None, x.numel())

    def _logits_of(self, layer, query, key, unseen, scale):
        """Attention logits of the queries and keys that an attention module multiplied, (…, heads, T, d)."""
        query, key = _local(query.detach()), _local(key.detach())
        if query.dim() < 4 or key.dim() < 4 or query.is_nested or not query.numel():
            return  # no telling which are the heads
        self._now.looked = True
        elements = query.numel() + 2 * key.numel()
        query, key = (x[(0,) * (x.dim() - 3)] for x in (query, key))
        self._largest_logits(layer, query, key, unseen, scale, elements)

    def _largest_logits(self, layer, query, key, unseen, scale, elements):
        """Largest |q·k| times a scale, 1/√d unless told, of each head over the first sequence's pairs, for each query or one in four.

        query, key: (heads, T, d); elements: how many numbers queries, keys and values of all sequences have.
        """
        pairs, every = query.shape[0] * query.shape[1] * key.shape[1], 1
        if not self._plan.whole and elements >= _WHOLE:
            every = min(max(_QUERIES, pairs // _PAIRS), query.shape[1])
        first = self._plan.turn("attention", "attention_logits", self._step) % every
        at = torch.arange(query.shape[1], device=query.device)[first::every]
        exact = torch.autocast(query.device.type, enabled=False) if query.device.type in ("cpu", "cuda") else contextlib.nullcontext()
        with torch.no_grad(), exact:
            largest = _largest_logits(query[:, first::every], key, at, unseen)
            largest = largest * abs(1 / math.sqrt(query.shape[-1]) if scale is None else scale)
        self._keep(("attention_logits", layer, ""), "attention", largest, torch.maximum)

    def _watch_gain(self, name, layer, inputs, output):
        """Each sequence's own gradient of a norm's gain, Σ_t dy·x̂, from the gradient of the norm's output."""
        module, source = self._sites[name][0], self._tensor(name, inputs)
        gain = getattr(module, "weight", None)
        if source is None or gain is None or not gain.requires_grad or source.dim() < 3:
            return
        sequences = source.shape[0] if self._plan.whole or source.numel() < _WHOLE else _SEQUENCES
        x, eps = source.detach()[:sequences], getattr(module, "eps", getattr(module, "variance_epsilon", 1e-5)) or 1e-5
        centred = isinstance(module, torch.nn.LayerNorm)
        site = ("norm_example_gradient", layer, _place(_plain(name))[1] + ".weight")

        def arrived(dy):
            dy = _local(dy)
            self._gains.append((site, x, dy[:sequences], eps, centred, len(dy)))
            # As with a _HostTable; a device is not kept waiting.
            if not dy.device.type == "cpu" or len(self._gains) >= _HostTable.GROUP or len(self._gains) * 8 * x.numel() > _HostTable.ROOM:
                self._read_gains()

        output.register_hook(lambda dy: self._guard("noise", arrived, dy))

    def _read_gains(self):
        gains, self._gains = self._gains, []
        with torch.no_grad():
            for site, x, dy, eps, centred, sequences in gains:
                if centred:
                    normal = torch.nn.functional.layer_norm(x.float(), x.shape[-1:], eps=eps)
                else:
                    normal = x.float() * torch.rsqrt(x.float().square().mean(-1, keepdim=True) + eps)
                own = (dy * normal).sum(1, dtype=torch.float32)
                # Each is divided by the number of all sequences, as the loss is a mean; the statistics want that of these.
                self._now.later["noise"].append((site, own if len(own) == sequences else own * (sequences / len(own))))

    # -- the optimiser -------------------------------------------------------------------------------------------------

    def _follow_optimizer(self):
        """Hears of the optimiser's step by its hooks, and where it has none (before 2.0, or Megatron's) by wrapping it."""
        self._optimizer_handles, self._our_step, optimizer = [], None, self._optimizer
        if optimizer is None:
            return
        reference = weakref.ref(self)

        def before(optimizer, arguments, keywords):
            me = reference()
            if me is None or me._dead or _recorded():
                return None
            closure = keywords.get("closure", arguments[0] if arguments else None)
            if not callable(closure):
                me._guard("gradients", me._before_update)
                return None

            def with_gradients():  # Lightning and L-BFGS go forward and back inside of the step
                loss = closure()
                me._guard("gradients", me._before_update)
                return loss

            return ((), {**keywords, "closure": with_gradients}) if "closure" in keywords else ((with_gradients, *arguments[1:]), keywords)

        def after(optimizer, arguments, keywords):
            me = reference()
            if me is not None and not me._dead and not _recorded():
                me._guard("update", me._after_update)

        if hasattr(optimizer, "register_step_post_hook"):

            def ahead(optimizer, arguments, keywords):  # the optimiser itself is the first argument
                changed = before(optimizer, arguments[1:], keywords)
                return changed and ((arguments[0], *changed[0]), changed[1])

            self._optimizer_handles = [optimizer.register_step_pre_hook(ahead), optimizer.register_step_post_hook(after)]
            return
        inner, self._inner_step = optimizer.step, optimizer.__dict__.get("step")  # None: the class's own

        def step(optimizer, *arguments, **keywords):
            arguments, keywords = before(optimizer, arguments, keywords) or (arguments, keywords)
            result = inner(*arguments, **keywords)
            me = reference()
            if me is not None and isinstance(result, tuple) and len(result) > 1:  # Megatron: (updated, gradient norm, zeros)
                me._guard("update", me._megatron_result, *result[:2])
                if not result[0]:
                    return result
            after(optimizer, arguments, keywords)
            return result

        step.__dict__.update(getattr(inner, "__dict__", {}))
        # A bound method like the one before it: learning-rate schedulers look for its function and its object.
        optimizer.step = self._our_step = types.MethodType(step, optimizer)

    def _megatron_result(self, updated, gradient_norm):
        self._now.stepped = bool(updated)
        if gradient_norm is not None:
            self._now.norm_told, self._now.scalars["gradient_norm"] = True, gradient_norm

    def _rest(self, what):
        """Looks at nothing more until the next step(): what is measured is held until then."""
        self._resting = True
        self._say_once(what + " and watch.step() was not: call it once a step, after optimizer.step(); until then nothing more is measured",
                       "seldom")  # fmt: skip

    def _before_update(self):
        self._now.stepped = True
        if self._resting:
            self._before = None
            return
        self._gradients()
        self._before = None
        if "update-ratio" in self._plan.parameters and "update" not in self._off:
            own = {id(p) for group in getattr(self._optimizer, "param_groups", ()) for p in group["params"]}
            every = own.isdisjoint(id(p) for *_, p in self._parameters)  # Megatron's has copies; another optimiser has others
            moved = [(("update", layer, rest), self._slab("update_ratio", layer, _local(p.detach()))) for _, layer, rest, p in self._parameters
                     if (every or id(p) in own) and _gradient(p) is not None and (p.dim() > 1 or self._sharded)]  # fmt: skip
            moved = [(site, p) for site, p in moved if p.numel()]
            with torch.no_grad():  # by one to copy them all in few launches
                copies = torch._foreach_mul([p for _, p in moved], 1.0) if moved else []
            self._before = [(site, p, copy) for (site, p), copy in zip(moved, copies)]

    def _slab(self, kind, layer, tensor):
        """An eighth of a large tensor of a layer, in each look of a kind the next one; the rows of an embedding are too unlike for that."""
        if self._plan.whole or layer < 0 or tensor.numel() < _WHOLE or not tensor.is_contiguous():
            return tensor
        size = tensor.numel() // _EIGHTH
        return tensor.view(-1).narrow(0, self._plan.turn(kind, "gradient", self._step) % _EIGHTH * size, size)

    def _gradients(self, each=False):
        """Norms of every parameter's gradient in one pass, and of all of them together."""
        each = each or "gradient-norm" in self._plan.parameters
        if self._now.norms_taken or not (each or self._need_norm):
            return
        self._now.norms_taken = True
        named = [(("gradient", layer, rest), _dense(_gradient(p))) for _, layer, rest, p in self._parameters]
        with torch.no_grad():
            squares = []
            for sites, norms in _norms([(site, g) for site, g in named if g is not None and g.layout == torch.strided and g.numel()]):
                square = norms.square()
                if self._sharded and self._copies:  # each part of a parameter counts once over all ranks
                    key = square.device, tuple(sites)
                    if key not in self._held_by:  # made once: to bring numbers there waits for the device
                        self._held_by[key] = square.new_tensor([self._copies.get(site[1:], 1) for site in sites])
                    square = square / self._held_by[key]
                squares.append(square.sum())
                if each:
                    self._now.columns.append(_Column(sites, "norm", norms))
            if squares:
                squares = torch.stack([square.to(squares[0].device) for square in squares])
                self._now.scalars.setdefault("gradient_norm_of_shard" if self._sharded else "gradient_norm", squares.sum().sqrt())

    def _after_update(self):
        self._now.updates += 1
        if self._now.updates == _UPDATES:
            self._rest("optimizer.step() was called %d times" % _UPDATES)
        if not self._plan.parameters or self._resting:
            return
        with torch.no_grad():
            moved, self._before = self._before or [], None
            under = list(_norms([(site, before) for site, _, before in moved]))
            if moved:  # the copies become the changes, with the other sign
                torch._foreach_sub_([before for _, _, before in moved], [p for _, p, _ in moved])
            over = list(_norms([(site, change) for site, _, change in moved]))
            for (sites, change), (_, weight) in zip(over, under):
                self._now.columns.append(_Column(sites, "update_ratio", change / weight))
                if self._sums:  # a ratio does not merge, its two norms do
                    self._now.columns += [_Column(sites, "update_norm", change), _Column(sites, "weight_norm", weight)]
            if "adam-rms" in self._plan.parameters:
                for group in self._optimizer.param_groups:
                    if "betas" in group:
                        self._adam(group)

    def _adam(self, group):
        """RMS_t = √mean(g² / max(v̂, ε²)) of every parameter, as StableAdamW has it."""
        beta2, epsilon = group["betas"][1], group.get("eps", 1e-8)
        self._now.scalars["adam_beta2"] = beta2
        places = {id(p): ("normalised_gradient", layer, rest) for _, layer, rest, p in self._parameters}
        members, states = [], getattr(getattr(self._optimizer, "optimizer", self._optimizer), "state", {})
        for p in group["params"]:
            state = states.get(p, {})
            if id(p) in places and p.grad is not None and p.grad.layout == torch.strided and "exp_avg_sq" in state and "step" in state:
                gradient, layer = _local(p.grad.detach()), places[id(p)][1]
                square = _local(state["exp_avg_sq"])
                if gradient.is_contiguous() and square.is_contiguous():
                    gradient, square = (self._slab("adam_rms", layer, x) for x in (gradient, square))
                if gradient.numel():
                    members.append((places[id(p)], gradient, square, state["step"]))
        if not members:
            return
        step, sizes = members[0][3], {site: math.sqrt(g.numel()) for site, g, _, _ in members}
        # √v̂ = √v / √(1 - β2^t); ε enters by the larger of both, elementwise.
        if all(x.device.type == "cpu" and x.dtype == torch.float32 and x.is_contiguous() for _, *both, _ in members for x in both):
            # One after the other, in a core's cache, and squared, as roots take most of the time: Σ g·(g / max(v, ε²(1 - β2^t))).
            correction = 1 - beta2 ** float(step)
            room, least = torch.empty(max(v.numel() for _, _, v, _ in members)), max(epsilon**2 * correction, 1e-37)
            squares = []
            for _, g, v, _ in members:
                g, v, parts = g.view(-1), v.view(-1), room[: v.numel()]
                squares.append(torch.div(g, torch.clamp(v, min=least, out=parts), out=parts).mul_(g).sum())
            sites = [site for site, *_ in members]
            norms = torch.stack(squares).mul_(correction).sqrt_()
            self._now.columns.append(_Column(sites, "adam_rms", norms, [sizes[site] for site in sites]))
            return
        roots = torch._foreach_sqrt([v for _, _, v, _ in members])
        if isinstance(step, torch.Tensor) and step.is_cuda:  # stays there: fetching it would wait for the device
            torch._foreach_div_(roots, torch._foreach_sqrt([1 - beta2**step] * len(roots)))
        else:
            torch._foreach_div_(roots, math.sqrt(1 - beta2 ** float(step)))
        if hasattr(torch, "_foreach_clamp_min_"):
            torch._foreach_clamp_min_(roots, epsilon)
        else:
            for root in roots:
                root.clamp_(min=epsilon)
        ratios = torch._foreach_div([g for _, g, _, _ in members], roots)
        for sites, norms in _norms([(site, ratio) for (site, _, _, _), ratio in zip(members, ratios)]):
            self._now.columns.append(_Column(sites, "adam_rms", norms, [sizes[site] for site in sites]))

    # -- a step ends ---------------------------------------------------------------------------------------------------

    def _end_step(self, scalars, batch, input_ids=None):
        try:
            if input_ids is not None and self._plan.tokens:
                self._guard("input_ids", self._take_tokens, input_ids)
            self._finish(self._now, scalars, batch)
        finally:  # whatever that failed with, the next step is another
            self._now = _Step(self._now.number + 1, None)
            self._resting = False
            self._pass += 1  # where nobody calls the model itself, only its parts
            self._take_requests()
            self._plan_next()

    def _finish(self, now, scalars, batch):
        began = time.perf_counter()
        self._need_norm = scalars.get("gradient_norm") is None and not now.norm_told
        if not (now.stepped or now.passes or now.looked or self._compiled) and self._optimizer is not None:
            self._say_once("step() was called without a forward pass or an optimizer.step() since the last: once a step is enough, and a"
                           " frame is sent that has nothing but what it was told", "nothing")  # fmt: skip
        elif not now.stepped and self._optimizer is not None:
            # The loss scaler skipped the update, so the gradients were not finite: whose, is still there to see.
            self._guard("gradients", self._gradients, True)
            now.scalars["skipped"] = 1
            self._without += 1
            if self._without == _SKIPPED:
                self._say_once("the optimizer given to watch() has not stepped for %d steps, which are told as skipped: if another has taken"
                               " its place, close() this watch and watch() the model with that" % _SKIPPED)  # fmt: skip
        elif self._optimizer is not None:
            now.scalars["skipped"] = self._without = 0
            if scalars.get("learning_rate") is None:
                scalars["learning_rate"] = self._optimizer.param_groups[0]["lr"]
        if self._scaler is not None and scalars.get("loss_scale") is None:
            scale = getattr(self._scaler, "_scale", None)
            scalars["loss_scale"] = scale.detach().clone() if isinstance(scale, torch.Tensor) else scale
        now.scalars.update((name, value.detach() if isinstance(value, torch.Tensor) else value)  # not what it was computed from
                           for name, value in scalars.items() if value is not None and self._usable(name, value))  # fmt: skip
        now.scalars["step_seconds"] = began - self._began
        self._began, now.batch = began, self._sequences(batch)
        self._ship(now)
        self._pending.append(now)
        self._drain(False)
        self._notice(now)
        self._govern(now.scalars["step_seconds"])

    def _usable(self, name, value):
        """Whether a frame can have it as a scalar; what it cannot is left out and said once."""
        if len(name) > _NAME:
            self._say_once("%.40s… is left out: a name has %d characters at most, and this has %d" % (name, _NAME, len(name)), name)
            return False
        if isinstance(value, torch.Tensor):
            usable = value.numel() == 1 and value.layout == torch.strided and not (value.is_complex() or value.is_quantized)
        else:
            try:
                usable = float(value) is not None
            except (TypeError, ValueError, OverflowError):
                usable = False
        if not usable:
            shown = "a tensor of shape %s, %s" % (tuple(value.shape), value.dtype) if isinstance(value, torch.Tensor) else "%.80r" % (value,)
            self._say_once("%s is left out: a number or a tensor with one is needed, not %s" % (name, shown), name)
        return usable

    def _take_tokens(self, input_ids):
        """Keeps a copy of the ids of tokens on the host, or on its way there."""
        left = _TOKENS
        for ids in input_ids if isinstance(input_ids, (list, tuple)) else [input_ids]:
            ids = _local(ids.detach()) if isinstance(ids, torch.Tensor) else torch.as_tensor(ids)
            ids = ids[None] if ids.dim() == 1 else ids
            if ids.dim() != 2 or ids.is_floating_point() or ids.is_complex() or not ids.numel():
                self._say_once("input_ids is left out: ids of tokens are needed, (sequences, T), not a tensor of shape %s, %s"
                               % (tuple(ids.shape), ids.dtype), "input_ids")  # fmt: skip
                return
            if ids.numel() > left:
                self._say_once("of input_ids the first %d tokens of a step are looked at" % _TOKENS, "input_ids")
                ids = ids[: left // ids.shape[1]]
            left -= ids.numel()
            if ids.is_cuda:
                host = torch.empty(ids.shape, dtype=torch.int32, pin_memory=True)
                self._now.tokens.append(host.copy_(ids.to(torch.int32), non_blocking=True))
                self._now.event.append(torch.cuda.Event())
                self._now.event[-1].record(torch.cuda.current_stream(ids.device))
            elif len(ids):
                self._now.tokens.append(ids.to("cpu", torch.int32, copy=True))

    def _sequences(self, batch):
        """The sequences of a step as they go into a frame; what is none is left out and said once."""
        if batch is None:
            return None
        try:
            sequences = [(str(source)[:_NAME], int(offset), loss.detach() if isinstance(loss, torch.Tensor) else float(loss)) for source, offset, loss in batch]
            if all(0 <= offset < 1 << 63 and (not isinstance(loss, torch.Tensor) or loss.numel() == 1) for _, offset, loss in sequences):
                return sequences
        except (TypeError, ValueError, OverflowError):
            pass
        self._say_once("batch is left out: a list of (source, offset, loss) is needed, not %.80r" % (batch,), "batch")
        return None

    def _say_once(self, what, about=None):
        """Says something on standard error, of one thing once: its first words, unless it is told what it is about."""
        about = about or what
        if about not in self._said and len(self._said) < 64:
            self._said.add(about)
            self._told.append(what)
            _say(what)

    def _notice(self, now):
        """Says once where hooks were held and none was called: somebody compiled the model without them."""
        self._unseen = self._unseen + 1 if self._handles and not now.looked else 0
        if self._unseen == 3:
            what = "no hook was called in three steps: if the model is compiled, watch() it before its first call," \
                " or give watch() the compiled model; if another is trained by now, watch() that; if it trains in eval mode after" \
                " a pass in train mode, call train()"  # fmt: skip
            self._say_once(what)
            self._event("probe_disabled", {"probe": "hooks", "error": what})

    def _ship(self, now):
        """Starts one copy to the host of all the step left on each device; what is there already goes as it is."""
        vectors = collections.defaultdict(lambda: collections.defaultdict(list))  # of each device, by kind of number
        alike, here, now.here = collections.defaultdict(list), collections.defaultdict(list), []

        def ship(block, vector):
            if vector.device.type == "cpu":
                now.here.append((block, vector))
            else:
                vectors[vector.device][vector.dtype].append((block, vector.reshape(-1)))

        for (kind, site), vector in now.results.items():
            if isinstance(vector, list):
                here[kind].append((site, vector))
            else:
                alike[kind, vector.device, vector.dtype, vector.numel()].append((site, vector.detach().reshape(-1)))
        for kind, members in here.items():
            sites, rows = zip(*members)
            now.here.append((_Block(kind, sites, None), rows))
        for (kind, *_), members in alike.items():
            sites, some = zip(*members)
            ship(_Block(kind, sites, None), torch.cat(some))
        for column in now.columns:
            ship(_Block("column", column.sites, (column.metric, column.divisors)), column.values.detach())
        for name, value in now.scalars.items():
            if isinstance(value, torch.Tensor):
                value = _local(value.detach()).reshape(-1)[:1]
                if value.device.type == "cpu":
                    now.scalars[name] = value.item()  # as it is now
                else:
                    ship(_Block("scalar", (name,), None), value)
        if self._gains:
            self._guard("noise", self._read_gains)
        for table in self._tables.values():
            self._guard("fused", table.flush)
            for block, numbers in table.take():
                if isinstance(numbers, tuple):
                    now.here.append((block, numbers))
                else:
                    ship(block, numbers)
        for kind, read in (("units", _read_units), ("noise", _read_examples)):
            groups = collections.defaultdict(list)
            for site, tensor in now.later[kind]:
                groups[tensor.device, tensor.shape].append((site, tensor))
            for members in groups.values():
                sites, some = zip(*members)
                ship(_Block(kind, sites, None), read(torch.stack(some)))
        now.results = now.columns = now.later = None
        now.layout, now.flat = [], []
        for device, kinds in vectors.items():
            flat = torch.cat([_wide(torch.cat([vector for _, vector in members])) for members in kinds.values()])
            if device.type == "cuda":
                host = torch.empty(flat.shape, dtype=flat.dtype, pin_memory=True)
                host.copy_(flat, non_blocking=True)
                done = torch.cuda.Event()
                done.record(torch.cuda.current_stream(device))
                now.event.append(done)
                now.flat.append(host)
            else:
                now.flat.append(flat)
            now.layout.append([(block, vector.numel()) for members in kinds.values() for block, vector in members])

    def _drain(self, everything):
        while self._pending and (everything or all(event.query() for event in self._pending[0].event)):
            if everything:
                for event in self._pending[0].event:
                    event.synchronize()
            self._frame(self._pending.popleft())
        if len(self._pending) > 64:
            self._pending.popleft()
            self._dropped += 1

    def _frame(self, done):
        """Hands over a step whose numbers have arrived; they are turned into a document on the spool's thread."""
        told = {"observer_seconds": self._spent - self._framed, "frames_dropped": self._dropped + self._spool.refused}
        self._framed = self._spent
        head = self._document("frame", done.number)
        self._spool.offer(functools.partial(_frame_document, head, done, told, self._sums, self._sketch), 1)  # not the watch itself

    def _document(self, type, step):
        document = {"v": 1, "type": type, **self._origin, "seq": self._seq, "step": step,
                    "time": datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")}  # fmt: skip
        self._seq += 1
        return document

    def _event(self, kind, details, step=None):
        event = self._document("event", self._now.number if step is None else step)
        event.update(kind=str(kind)[:_NAME], details={str(name)[:_NAME]: str(value)[:_DETAIL] for name, value in details.items()})
        self._spool.offer(event, 0)

    # -- being told, being cheap, being harmless -----------------------------------------------------------------------

    def _take_requests(self):
        """Applies what operators ask and what the relay has checked; each is answered by an event."""
        if not self._spool.requests and not self._questions.changes:
            return
        before, changes = self._questions.pack(), list(self._questions.changes)
        while self._spool.requests:
            request = self._spool.requests.popleft()
            try:
                refusal = self._questions.change(request, self._clock() + request["ttl_seconds"])
            except (KeyError, TypeError, ValueError) as error:
                refusal = "not a command this trainer understands: %r" % error
            self._answer(request, "refused" if refusal else "applied", refusal or "")
        for request in self._questions.over(self._clock()):
            self._answer(request, "reverted", "its time to live is over")
        if self._questions.changes != changes:
            self._plans = _Plans(self._questions)
        if self._questions.pack() != before:
            self._stretch = 1
            self._costs.clear()

    def _answer(self, request, outcome, reason):
        asked = {name: value for name, value in request.items() if name not in ("id", "operator")}
        self._event("command", {"id": request["id"], "operator": request["operator"], "command": json.dumps(asked),
                                "outcome": outcome, "reason": reason})  # fmt: skip

    def _govern(self, step_seconds):
        """Stretches what is sparse while observing costs more than the budget in the mean of 50 steps; and back."""
        self._costs.append((self._spent - self._governed, step_seconds))
        self._governed = self._spent
        if len(self._costs) < self._costs.maxlen:
            return
        pack = self._questions.pack()
        budget = self._budget if pack == self._questions.base and self._budget is not None else _BUDGETS[pack]
        cost = sum(c for c, _ in self._costs) / max(1e-9, sum(s for _, s in self._costs))
        stretch = 2 * self._stretch if cost > budget and self._stretch < 64 \
            else self._stretch // 2 if cost < budget / 4 and self._stretch > 1 else self._stretch  # fmt: skip
        if stretch != self._stretch:
            self._stretch = stretch
            self._costs.clear()
            self._event("cadence", {"every": str(_SPARSE * stretch), "cost": "%.4f" % cost, "budget": "%.4f" % budget})

    def _guard(self, what, action, *arguments):
        """Runs something of ours: what it costs is measured, what it raises is counted and goes no further."""
        if self._dead or what in self._off:
            return None
        began = time.perf_counter()
        self._depth += 1
        try:
            action(*arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, training goes on
            self._failed(what, error)
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._spent += time.perf_counter() - began
        return None

    def _failed(self, what, error):
        self._failures[what] += 1
        self._say_once("%s failed: %.200r; training goes on without it, and %s" % (what, error, "the next step is tried again"
                       if what in _NEVER_OFF else "after ten failures it is switched off"), "failure of " + what)  # fmt: skip
        if self._failures[what] == 10 and what not in _NEVER_OFF:
            self._off.add(what)
            self._spool.offer({**self._document("event", self._now.number), "kind": "probe_disabled",
                               "details": {"probe": what, "error": repr(error)[:500]}}, 0)  # fmt: skip

    def _detach(self):
        for handle in [*self._handles.values(), *self._roots.values(), *self._optimizer_handles]:
            handle.remove()
        for held in (self._handles, self._tables, self._gains, self._ids, self._losses):
            held.clear()
        self._before = None
        _marks.pop(self._key, None)
        # Where someone has wrapped our step in turn, it stays and hands everything on.
        if self._our_step is not None and self._optimizer.__dict__.get("step") is self._our_step:
            if self._inner_step is None:
                del self._optimizer.step
            else:
                self._optimizer.step = self._inner_step

    def _disown(self):
        """In a forked child: the spool and the run belong to the parent."""
        self._dead = self._forked = True


# Compiled code calls an operator of its own in place of a hook: nothing to trace, no break in the graph. It says that it
# changes a mark, so that no compiler drops it.
_keys, _by_key = itertools.count(), weakref.WeakValueDictionary()
_LOSS = (1 << 23) - 2  # in place of a module's number: the model's loss, or with one more a part of it
_marks, _PLACE_BITS = {}, 24  # a watch's mark by its key: found at one place by all hooks, or a compiler would compare those of each two
_is_compiling = getattr(getattr(torch, "compiler", None), "is_compiling", lambda: False)  # since 2.1
_is_exporting = getattr(getattr(torch, "compiler", None), "is_exporting", lambda: False)  # since 2.7
_compiled_look = _compiled_attend = None
_all_hooks = False  # compilers make two variants of a model: one with the hooks of every step, one with all of them
_library = globals().get("_library")  # of the module before it was loaded anew
if hasattr(torch.library, "register_fake"):  # since 2.4

    def _looked(x, mark, place):
        watch = _by_key.get(place >> _PLACE_BITS)
        if watch is not None:
            watch._look_compiled((place & (1 << _PLACE_BITS) - 1) >> 1, x)

    def _attended(query, key, mask, causal, scale, mark, place):
        watch = _by_key.get(place >> _PLACE_BITS)
        if watch is not None:
            watch._attend_compiled((place & (1 << _PLACE_BITS) - 1) >> 1, query, key, mask, causal, scale)

    # torch.library.custom_op does the same in six times the time of a call. Replayed from a CUDA graph nobody would look.
    if _library is not None:
        _library._destroy()
    _library = torch.library.Library(re.sub(r"\W", "_", __name__), "FRAGMENT")
    for _name, _takes, _call in (
        ("look", "Tensor x, Tensor(a!) mark, int place", _looked),
        ("attend", "Tensor query, Tensor key, Tensor? mask, bool causal, float? scale, Tensor(a!) mark, int place", _attended),
    ):  # fmt: skip
        _library.define("%s(%s) -> ()" % (_name, _takes),
                        tags=[getattr(torch.Tag, tag) for tag in ("pt2_compliant_tag", "cudagraph_unsafe") if hasattr(torch.Tag, tag)])  # fmt: skip
        _library.impl(_name, _call, "CompositeExplicitAutograd")
        _library.impl(_name, torch.library.fallthrough_kernel, "Autograd")
        torch.library.register_fake("%s::%s" % (_library.ns, _name), lambda *values: None, lib=_library)
    _compiled_look = getattr(torch.ops, _library.ns).look.default
    if [int(number) for number in re.findall(r"\d+", torch.__version__)[:2]] >= [2, 13]:  # not tried with a compiler before
        _compiled_attend = getattr(torch.ops, _library.ns).attend.default


_functions = getattr(getattr(torch._C, "_functorch", None), "peek_interpreter_stack", lambda: None)  # of torch.func


def _recorded():
    """Whether what is computed now is traced, captured in a CUDA graph, or inside of a transformation such as vmap."""
    return (torch.jit.is_tracing() or _functions() is not None
            or (torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing()))  # fmt: skip


def _local(tensor):
    """This rank's part of a distributed tensor; any other is itself. Asking a distributed one for a norm would communicate."""
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor


def _copies(parameter, world):
    """How many ranks hold the same part of a parameter, where some are distributed; one that is not is on all of them."""
    if not hasattr(parameter, "placements"):
        return world
    mesh = parameter.device_mesh
    held = math.prod(mesh.size(i) for i, placement in enumerate(parameter.placements) if placement.is_replicate())
    return held * max(1, world // mesh.size())


def _gradient(parameter):
    """What was accumulated for a parameter on this rank, by autograd or, as Megatron does, in main_grad; or None."""
    gradient = parameter.grad if parameter.grad is not None else getattr(parameter, "main_grad", None)
    return None if gradient is None else _local(gradient.detach())


def _dense(gradient):
    """The numbers of a gradient of which only some rows are there; any other is itself."""
    return gradient.coalesce().values() if gradient is not None and gradient.layout == torch.sparse_coo else gradient


def _norms_something(site):
    """Whether a norm is at a site, before what reads it or after what is added to the residual stream."""
    return site[0].endswith("norm") or site[2].endswith("norm")


def _stack(name):
    """The name up to and with the number of its layer; None outside of a stack."""
    found = re.match(r"(.*?\b(?:h|layers?|blocks?|transformer_blocks)\.\d+)(?:\.|$)", name)
    return found.group(1) if found else None


def _stacks(model):
    """The stacks of a model, such as an encoder's and a decoder's: for the name of each its layers by number, the longest stack first."""
    stacks = collections.defaultdict(dict)
    for name, module in model.named_modules():
        if _stack(name) == name:
            stack, _, number = name.rpartition(".")
            stacks[stack][int(number)] = module
    return dict(sorted(stacks.items(), key=lambda stack: -len(stack[1])))


def _global_layers(model):
    """For the name of each layer its number in the whole model, which it knows itself where a pipeline stage holds only some
    (Megatron's layer_number); the layers of further stacks are counted on."""
    layers = {}
    for stack, members in _stacks(model).items():
        first = max(layers.values(), default=-1) + 1
        for number, module in members.items():
            told = getattr(module, "layer_number", None)
            layers["%s.%d" % (stack, number)] = told - 1 if isinstance(told, int) else first + number
    return layers


def _norms(named):
    """The norms of named tensors as (names, vector), a vector for each device and kind of number: few launches."""
    groups = collections.defaultdict(list)
    for name, tensor in named:
        groups[tensor.device, tensor.dtype].append((name, tensor))
    for members in groups.values():
        yield [name for name, _ in members], torch.stack(torch._foreach_norm([tensor for _, tensor in members])).float()


def _split(name):
    """q_proj, k_proj and v_proj are one hook at three places."""
    last = name.rpartition(".")[2]
    return last if re.fullmatch(r"[qkv]_proj|w[qkv]", last) else ""


@functools.lru_cache(1 << 16)
def _order(site):
    """Sites in the order of a step: embedding, layers, head; then the backward pass, last layer first; then parameters."""
    hook, layer, parameter = site
    at = _HOOKS.index(hook)
    if hook in ("residual_gradient", "norm_example_gradient"):
        return 3, -layer, at, parameter
    if at >= _HOOKS.index("gradient"):
        return 4, at, layer, parameter
    return (0 if hook == "embedding" else 1 if layer >= 0 else 2), layer, at, "%8s" % parameter  # head 2 before head 10


@functools.lru_cache(1 << 16)
def _site_document(site):
    hook, layer, parameter = site
    return {"hook": hook, **({"layer": layer} if layer >= 0 else {}), **({"parameter": parameter} if parameter else {})}


class _Columns:
    """The metrics of a frame, each with its sites and values; only what the plan asks for gets in.

    Most metrics have the sites of their block and share them: what is found out about sites is found out once.
    """

    def __init__(self, plan):
        self.plan, self.all = plan, {}  # of a metric the sites and values of each block
        self._hooks, self._kept = {}, {}

    def add(self, metric, sites, values, always=False):
        if id(sites) not in self._hooks:
            self._hooks[id(sites)] = sites, frozenset(site and site[0] for site in sites)  # the sites too, so that none is at their place
        _, hooks = self._hooks[id(sites)]
        asked = frozenset(hook for hook in hooks if hook is not None and (always or metric in self.plan.metrics(hook)))
        if not asked:
            return
        if asked != hooks:
            if (id(sites), asked) not in self._kept:
                wanted = [site is not None and site[0] in asked for site in sites]
                self._kept[id(sites), asked] = wanted, list(itertools.compress(sites, wanted))
            wanted, sites = self._kept[id(sites), asked]
            self.all.setdefault(metric, []).append((sites, list(itertools.compress(values.tolist(), wanted))))
        else:
            self.all.setdefault(metric, []).append((sites, values.tolist()))

    def add_several(self, metric, site, values):
        """Many values of one metric at one site, in their order."""
        if metric in self.plan.metrics(site[0]):
            self.all.setdefault(metric, []).append(([site] * len(values), values))

    def documents(self):
        some = {id(at): at for blocks in self.all.values() for at, _ in blocks}
        sites = sorted(set().union(*some.values()), key=_order)
        place, columns, orders = {site: i for i, site in enumerate(sites)}, {}, {}
        for metric, blocks in self.all.items():
            of = tuple(id(at) for at, _ in blocks)
            if of not in orders:
                places = [place[site] for at, _ in blocks for site in at]
                order = sorted(range(len(places)), key=places.__getitem__)
                orders[of] = [places[i] for i in order], order
            (at, order), numbers = orders[of], list(itertools.chain.from_iterable(values for _, values in blocks))
            values = [numbers[i] for i in order]
            columns[metric] = {"at": at, "values": values if math.isfinite(sum(values)) else list(map(_number, values))}
        return [_site_document(site) for site in sites], columns


def _merged(sites, matrix, largest):
    """One row a site of what several micro-batches left: sums, and in column `largest` the maximum."""
    if len(set(sites)) == len(sites):
        return sites, matrix
    place = {}
    index = torch.tensor([place.setdefault(site, len(place)) for site in sites])
    merged = torch.zeros(len(place), matrix.shape[1], dtype=matrix.dtype).index_add_(0, index, matrix)
    if largest is not None:
        most = [0.0] * len(place)
        for i, value in zip(index.tolist(), matrix[:, largest].tolist()):
            most[i] = max(most[i], value)
        merged[:, largest] = torch.tensor(most, dtype=matrix.dtype)
    return tuple(place), merged


def _frame_document(frame, done, told, sums, sketch):
    """A step as docs/wire.md has it, from the numbers that came back from each device."""
    scalars, columns, of = dict(done.scalars), _Columns(done.plan), collections.defaultdict(list)
    for flat, layout in zip(done.flat, done.layout):
        for (block, _), vector in zip(layout, flat.double().split([size for _, size in layout])):
            of[block.kind].append((block, vector.view(len(block.sites), -1)))
    for block, numbers in done.here:
        numbers = torch.tensor(numbers, dtype=torch.float64) if isinstance(numbers, tuple) else numbers.double()
        of[block.kind].append((block, numbers.reshape(len(block.sites), -1)))
    for block, values in of["scalar"]:
        scalars[block.sites[0]] = values.item()
    scalars.update(told)
    loss_scale = float(scalars.get("loss_scale", 1.0))
    shapes = {site: row for block, m in of["shape"] for site, row in zip(block.sites, m)}
    unknown = torch.full((3,), math.nan, dtype=torch.float64)
    for block, m in of["moments"]:
        m = torch.cat([m[:, [0, 1, 2, 4, 5, 3]], torch.stack([shapes.get(site, unknown) for site in block.sites])], 1)
        _add_moments(columns, block.sites, m, sums)
    for block, m in of["fused"]:
        m = torch.cat([torch.tensor(block.more, dtype=torch.float64)[:, None], m], 1)
        _add_moments(columns, *_merged(block.sites, m, 5), sums)
    for block, m in of["exponents"]:
        sites, m = _merged(block.sites, m, None)
        for metric, values in _read_exponents(m).items():
            columns.add(metric, sites, values)
        for site, bins in zip(sites, m):
            if "histogram_exponent" in done.plan.metrics(site[0]):
                top, counts = _read_histogram(bins.tolist())
                columns.add_several("histogram_exponent_top", site, [top])
                columns.add_several("histogram_exponent", site, counts)
    for block, m in of["units"]:
        sites = [site if site not in block.sites[:i] else None for i, site in enumerate(block.sites)]  # the first micro-batch
        columns.add("dead_fraction", sites, m[:, 0])
        columns.add("neuron_kurtosis", sites, m[:, 1])
    for block, m in of["log_z"]:
        columns.add("log_z_mean", block.sites, m[:, 1] / (m[:, 0] - m[:, 4] - m[:, 5]))
        columns.add("log_z_max", block.sites, m[:, 3])
    for block, m in of["attention"]:
        columns.add("attention_logit_max", block.sites, m.amax(1))
        for head, values in enumerate(m.unbind(1)):
            columns.add("attention_logit_max", [site[:2] + ("head %d" % head,) for site in block.sites], values)
    square = trace = 0.0
    for block, m in of["noise"]:
        sites, m = _merged(block.sites, m, None)
        own, together, n = m[:, 0] / loss_scale**2, m[:, 1] / loss_scale**2, m[:, 2]
        for metric, values in (("example_gradient_square", own), ("batch_gradient_square", together), ("examples", n)):
            columns.add(metric, sites, values)
        several = n > 1
        own, together, n = own[several], together[several], n[several]
        square += ((n * together - own) / (n - 1)).sum().item()
        trace += ((own - together) / (1 - 1 / n)).sum().item()
    if trace:
        scalars["norm_noise_square"], scalars["norm_noise_trace"] = square, trace
    for block, m in of["column"]:
        metric, divisors = block.more
        values = m[:, 0] if divisors is None else m[:, 0] / torch.tensor(divisors, dtype=torch.float64)
        columns.add(metric, block.sites, values, always=metric == "norm")
    met = [torch.cat(columns) for columns in zip(*map(sketch.sequences, done.tokens))]
    if met and not (done.batch and len(done.batch) >= len(met[0])):
        scalars.update((name, values.mean().item()) for name, values in zip(_PROBES["run-repetition"][1], met))
    frame["scalars"] = {name: _number(value) for name, value in scalars.items()}
    if columns.all:
        frame["sites"], frame["metrics"] = columns.documents()
    if done.batch:
        frame["batch"] = [{"source": s, "offset": o if o < 1 << 53 else str(o), "loss": _number(l)} for s, o, l in done.batch]
        if met and len(done.batch) >= len(met[0]):
            at = list(range(len(met[0])))
            frame["batch_metrics"] = {name: {"at": at, "values": values.tolist()} for name, values in zip(_PROBES["run-repetition"][1], met)}
    return frame


def _add_moments(columns, sites, m, sums):
    asked = frozenset().union(*(columns.plan.metrics(hook) for hook in {site[0] for site in sites}))
    for metric, values in _read_moments(m, asked).items():
        if sums or metric not in ("elements", "sum", "sum_squares"):
            columns.add(metric, sites, values)


_watched = weakref.WeakSet()  # neither this nor what is called at the exit keeps a model from being given up


def _at_exit(watch):
    """The process ends and nobody called close(): what it died of is the reason, where it died of something."""
    died = None if hasattr(sys, "ps1") else getattr(sys, "last_value", None)  # at a prompt people go on after an error
    if watch() is not None:
        watch().close("finished" if died is None else died)


def watch(model, optimizer=None, *, run=None, probes="continuous", scaler=None, spool=None, first_step=1, incarnation=None,
          rank=None, coordinates=None, manifest=None, budget=None, limit_bytes=2 << 30, sums=None, compiled=None):  # fmt: skip
    """Begins to watch a model; returns the Watch whose step() ends each step.

    model: a module, or the list of a pipeline stage's chunks. optimizer: PyTorch's, or Megatron's or accelerate's around it.
    run: name of the run, the same on all ranks (OBSERVATORY_RUN, else made on rank 0 and told to the others).
    probes: off, continuous (cheap), profile, forensic (everything, for short windows).
    scaler: torch.cuda.amp.GradScaler, so that the loss scale and skipped steps are seen.
    spool: folder (OBSERVATORY_SPOOL, else ~/.local/state/observatory/spool).
    incarnation: which of those of this name it is; one more than the last that began with this spool, unless given.
    coordinates: this rank's place, such as {"data": 0, "tensor": 1, "pipeline": 0}; manifest: whatever else to tell.
    budget: share of a step's time observing may take before cadences are lowered; the pack's own unless given.
    limit_bytes: of the spool on disk.
    sums: whether Σx, Σx² and counts travel too, so that ranks merge exactly; where there are several, unless said.
    compiled: whether the model is compiled by torch.compile, so that its hooks stay and whatever is compiled already is
    compiled anew; what is given as compiled is known to be.
    """
    for name, value, right, needed in (
        ("run", run, run is None or isinstance(run, str), "a text"),
        ("spool", spool, spool is None or isinstance(spool, (str, os.PathLike)), "a folder's path"),
        ("first_step", first_step, _whole_number(first_step), "a whole number from 0 on"),
        ("incarnation", incarnation, incarnation is None or _whole_number(incarnation), "a whole number from 0 on"),
        ("rank", rank, rank is None or _whole_number(rank), "a whole number from 0 on"),
        ("limit_bytes", limit_bytes, _whole_number(limit_bytes) and limit_bytes > 0, "a whole number of bytes"),
        ("budget", budget, budget is None or (isinstance(budget, (int, float)) and budget > 0), "a share of a step's time such as 0.01"),
        ("manifest", manifest, manifest is None or isinstance(manifest, dict), "a dict of texts"),
        ("coordinates", coordinates, coordinates is None or (isinstance(coordinates, dict) and all(
            axis in _AXES and _whole_number(place) for axis, place in coordinates.items())),
         "a dict of whole numbers by %s, such as {'data': 0, 'tensor': 1}" % ", ".join(_AXES)),
    ):  # fmt: skip
        if not right:
            raise ValueError("%s is %s: %s=%.80r" % (name, needed, name, value))
    if not isinstance(probes, str) or probes not in _PACKS:
        near = difflib.get_close_matches(str(probes), _PACKS, 1)
        raise ValueError("probes is one of %s: probes=%r%s" % (", ".join(_PACKS), probes, "; did you mean %s?" % near[0] if near else ""))
    model = torch.nn.ModuleList(model) if isinstance(model, (list, tuple)) else model
    if not isinstance(model, torch.nn.Module):
        raise TypeError("the model is a torch.nn.Module or a list of them, not %.80r: watch(model, optimizer)" % (model,))
    if optimizer is not None and not callable(getattr(optimizer, "step", None)):
        raise TypeError("an optimizer has a method step, which %.80r has not: watch(model, optimizer)" % (optimizer,))
    while isinstance(optimizer, torch.optim.Optimizer) and isinstance(getattr(optimizer, "optimizer", None), torch.optim.Optimizer):
        scaler, optimizer = scaler or getattr(optimizer, "scaler", None), optimizer.optimizer  # accelerate's, which may pass a step over
    inner = getattr(model, "_orig_mod", model)
    if compiled is None:
        compiled = inner is not model or any(getattr(m, "_compiled_call_impl", None) for m in model.modules())
    if any(module in _watched for module in inner.modules()) or any(inner is part for root in _watched for part in root.modules()):
        raise ValueError("this model is watched already; close() the other watch first")
    world, distributed = int(os.environ.get("WORLD_SIZE", 1)), torch.distributed
    together = distributed.is_available() and distributed.is_initialized()
    if together:
        rank, world = distributed.get_rank() if rank is None else rank, distributed.get_world_size()
    rank = int(os.environ.get("RANK", 0)) if rank is None else rank
    run, apart = run or os.environ.get("OBSERVATORY_RUN"), 0.0
    named = run is not None
    if not named:
        run = re.sub(r"[^a-z0-9._-]", "-", type(model).__name__.lower())[:80] + "-" + time.strftime("%Y%m%d-%H%M%S")
        if world > 1 and together:
            run, apart = _agree(run, world)
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", run):
        raise ValueError("the name of a run is 1 to 100 of A-Z a-z 0-9 . _ -: run=%r" % run)
    told = {"framework": "pytorch " + torch.__version__, "model": type(inner).__name__, "probes": probes,
            "parameters": sum(p.numel() for p in model.parameters()), "world": world, "commands": ", ".join(_PROBES),
            "optimizer": type(optimizer).__name__ if optimizer is not None else "not given"}  # fmt: skip
    if compiled:
        told["compiled"] = "true"
        if hasattr(torch, "compiler") and hasattr(torch.compiler, "reset"):
            torch.compiler.reset()  # what was compiled before has no hooks
    flat = any(type(m).__name__ == "FullyShardedDataParallel" for m in model.modules())  # all of its parameters are parts
    if flat or any(hasattr(p, "to_local") for p in model.parameters()):
        told["sharding"] = "parameters"  # norms of parameters are those of this rank's part
    layers, stacks = _global_layers(model), _stacks(model)
    if len(stacks) > 1:
        told["stacks"] = ", ".join("%s from layer %d" % (_plain(stack), layers["%s.%d" % (stack, min(of))]) for stack, of in stacks.items())
    if apart > _CLOCKS:
        told["clocks_apart_seconds"] = "%.1f" % apart
    told.update(("coordinate_" + axis, place) for axis, place in (coordinates or {"data": rank}).items())
    told.update(manifest or {})
    settings = {
        "probes": probes, "scaler": scaler, "run": run, "rank": int(rank), "first_step": int(first_step), "named": named,
        "incarnation": None if incarnation is None else int(incarnation), "spool": _spools(spool),
        "limit": limit_bytes, "budget": budget, "manifest": told, "sums": world > 1 if sums is None else sums, "compiled": compiled,
        "world": world, "flat": flat,
    }  # fmt: skip
    made = Watch(model, optimizer, settings)
    if apart > _CLOCKS:
        made._say_once("the clocks of the ranks are %.1f s apart: times in the frames are those of each rank's own" % apart)
    own = {id(p) for p in model.parameters()}  # Megatron's has copies of them, and is none of PyTorch's
    if isinstance(optimizer, torch.optim.Optimizer) and own.isdisjoint(id(p) for group in optimizer.param_groups for p in group["params"]):
        made._say_once("the optimizer has none of this model's parameters: what it does to weights is not seen; is it that of another model?")
    _watched.add(inner)
    return made


_AXES = ("data", "tensor", "pipeline", "context", "expert")
_CLOCKS = 1.0  # seconds between the clocks of two ranks that are worth a word


def _whole_number(value):
    """Whether it is one, from 0 on, whoever's type that is."""
    try:
        return operator.index(value) >= 0
    except TypeError:
        return False


def _spools(spool=None):
    """The folder of all spools."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return spool or os.environ.get("OBSERVATORY_SPOOL") or os.path.join(state, "observatory", "spool")


_COUNTED = "incarnations.json"  # beside the spools
_PATIENCE, _NAMES = 5.0, 4096  # seconds that a rank waits for what the first says; runs of which the last incarnation is kept
_begun = collections.Counter()  # how often this process has begun a run of each name


def _of_the_first(run, told, count):
    """Which incarnation begins: what is told, or what the first rank of a process group counts, by the store over which the
    ranks met; no rank waits long for another, which may not watch. Where there is no group each rank counts for itself."""
    distributed = torch.distributed
    together = distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1
    if not together:
        return count(told)
    _begun[run] += 1
    store, key = distributed.distributed_c10d._get_default_store(), "observatory/%s/%d" % (run, _begun[run])
    if distributed.get_rank() == 0:
        number = count(told)
        store.set(key, str(number))
        return number
    if told is None:
        with contextlib.suppress(RuntimeError):  # not said in time
            store.wait([key], timedelta(seconds=_PATIENCE))
            told = int(store.get(key))
    return count(told)


def _begins(settings, told):
    """Counts an incarnation of a run of a name, in the folder of the spools, or notes the one that is told."""
    with contextlib.ExitStack() as alone:
        with contextlib.suppress(OSError):  # then it cannot be counted either, which is said
            lock = alone.enter_context(open(os.path.join(settings["spool"], "incarnations.lock"), "w"))
            if fcntl:
                fcntl.lockf(lock, fcntl.LOCK_EX)  # several ranks begin at once
        name = "%s/%d" % (settings["run"], settings["rank"])
        return _count_incarnation(os.path.join(settings["spool"], _COUNTED), name, "watch", told)


def _count_incarnation(file, name, who, told=None, least=0, resumed=False):
    """The incarnation that begins, which is noted: what is told, or one more than the last by a file with that of each name.

    least: it is that at least. resumed: whether it goes on from a checkpoint; where the file has no name at all, it was trained
    before that was written down, as incarnation 0."""
    last, begins = {}, max(least, int(resumed)) if told is None else told
    try:
        last = _counted(file)
        if told is None:
            begins = max(least, last[name] + 1 if name in last else int(resumed and not last))
        last[name] = max(begins, last.pop(name, 0))
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file + ".new", "w") as kept:
            json.dump(dict(list(last.items())[-_NAMES:]), kept)
        os.replace(file + ".new", file)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        _say("%s should hold the last incarnation of each run, such as {\"%s\": 0}, and be a file that can be written: %.200r;"
             " this is taken for incarnation %d, unless %s(…, incarnation=…) says which it is" % (file, name, error, begins, who))  # fmt: skip
    return begins


def _counted(file):
    """The last incarnation of each name in a file."""
    if not os.path.exists(file):
        return {}
    with open(file) as kept:
        return {str(name): int(number) for name, number in json.load(kept).items()}


def _agree(run, world):
    """Rank 0's name of the run, and how far the clocks of the ranks are apart, in seconds."""
    torch.distributed.barrier()
    said = [None] * world
    torch.distributed.all_gather_object(said, (run, time.time()))
    times = [at for _, at in said]
    return said[0][0], max(times) - min(times)


# ---------------------------------------------------------------------------------------------------------------------
# Adapters: for loops that are not yours.


_INCARNATIONS = "observatory-incarnations.json"


def _incarnation(folder, settings, resumed):
    """Which incarnation of a run begins, so that nobody takes what it tells for what was told before: 0 for a new run.

    The last of each run by its name is kept in the folder of the checkpoints, which may come from another machine. Of several
    ranks the first says it to the others.
    """
    run, distributed, said = settings.get("run") or os.environ.get("OBSERVATORY_RUN"), torch.distributed, [0]
    if run is None or settings.get("incarnation") is not None:  # a name of its own each time; or somebody keeps count
        return settings.get("incarnation") or 0
    together = distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1
    if not together or distributed.get_rank() == 0:
        least = 0
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):  # watch() says it
            least = _counted(os.path.join(_spools(settings.get("spool")), _COUNTED)).get(run + "/0", -1) + 1
        said = [_count_incarnation(os.path.join(folder, _INCARNATIONS), run, "huggingface_callback", None, least, resumed)]
    if together:
        distributed.broadcast_object_list(said)
    return said[0]


def huggingface_callback(**settings):
    """A TrainerCallback: Trainer(…, callbacks=[observatory_torch.huggingface_callback()]).

    With run=, or OBSERVATORY_RUN, a run that is resumed or begun anew is the next incarnation of it, by a file in the output_dir
    too.
    The loss is the model's own, of every step, as the Trainer adds it up. The gradient norm before clipping is known where the
    Trainer logs it, with logging_steps=1 in every step; in the others it is told as clipped_gradient_norm.
    """
    import transformers

    class Observatory(transformers.TrainerCallback):
        def __init__(self):
            self.watch, self.logs, self.ended, self.handle = None, {}, False, None

        def on_train_begin(self, arguments, state, control, model=None, optimizer=None, **more):
            incarnation = _incarnation(arguments.output_dir, settings, state.global_step > 0)
            self.watch = watch(model, optimizer, **{"first_step": state.global_step + 1, "incarnation": incarnation, **settings})
            self.clips = bool(getattr(arguments, "max_grad_norm", 0))
            # Where tokens are counted over all ranks, the losses of all are one sum, and the Trainer tells the mean of all.
            self.ranks = arguments.world_size if getattr(arguments, "average_tokens_across_devices", False) else 1
            self.handle = model.register_forward_hook(_TakesLoss(self.watch), with_kwargs=True)

        def _loss(self):
            losses = self.watch._losses
            total = sum(loss for loss, _ in losses)
            return total * self.ranks if any(part for _, part in losses) else total / len(losses) if losses else self.logs.get("loss")

        def on_step_end(self, arguments, state, control, **more):
            self.ended = True

        def on_log(self, arguments, state, control, logs=None, **more):
            self.logs.update(logs or {})

        def on_step_begin(self, arguments, state, control, **more):
            self._end_step(arguments)  # what is logged of a step is logged after its end

        def _end_step(self, arguments):
            if not self.ended:
                return
            self.ended, told = False, {"loss": self._loss()}
            scalars = self.watch._now.scalars
            if self.clips and "gradient_norm" in scalars:
                scalars["clipped_gradient_norm"] = scalars.pop("gradient_norm")
            if "grad_norm" in self.logs:
                told["gradient_norm"] = self.logs["grad_norm"]
            self.watch.step(**told, input_ids=self.watch._ids or None)
            self.watch._need_norm = True
            self.watch._losses.clear()
            self.watch._ids.clear()
            self.logs = {}

        def on_save(self, arguments, state, control, **more):
            self.watch.event("checkpoint", step=state.global_step)

        def on_train_end(self, arguments, state, control, **more):
            self._end_step(arguments)
            self.handle.remove()
            self.watch.close()

    return Observatory()


def lightning_callback(**settings):
    """A Callback: Trainer(…, callbacks=[observatory_torch.lightning_callback()]), with one optimiser."""
    try:
        from lightning.pytorch import Callback
    except ImportError:
        from pytorch_lightning import Callback

    class Observatory(Callback):
        watch = None

        def on_train_start(self, trainer, module):
            told = {"first_step": trainer.global_step + 1, "scaler": getattr(trainer.precision_plugin, "scaler", None), **settings}
            self.watch = watch(module, trainer.optimizers[0], **told)
            self.done, self.losses = trainer.global_step, []

        def on_train_batch_start(self, trainer, module, batch, batch_idx):
            self.watch._pass += 1  # the module itself is not called, its training_step is

        def on_before_optimizer_step(self, trainer, module, optimizer):
            self.watch._guard("gradients", self.watch._gradients)  # before they are clipped

        def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
            loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
            if isinstance(loss, torch.Tensor):
                self.losses.append(loss.detach())
            if trainer.global_step != self.done:  # not one of several micro-batches
                self.done = trainer.global_step
                # In automatic optimisation each has been divided by the number of micro-batches.
                parts = 1 if module.automatic_optimization else len(self.losses)
                self.watch.step(loss=sum(self.losses) / parts if self.losses else None)
                self.losses = []

        def on_save_checkpoint(self, trainer, module, checkpoint):
            if self.watch is not None:
                self.watch.event("checkpoint", step=trainer.global_step)

        def on_train_end(self, trainer, module):
            self.watch.close()

        def on_exception(self, trainer, module, exception):
            if self.watch is not None:
                self.watch.close(exception)

    return Observatory()


def watch_train_step(train_step, loss_of=None, **settings):
    """Wraps a Megatron-style train_step(forward_step_func, data_iterator, model, optimizer, …) without changing it.

    loss_of: takes what train_step returns and gives the loss; unless said, the mean of the first result's values.
    """
    made = []

    def wrapped(*arguments, **keywords):
        if not made:
            model = keywords.get("model", arguments[2] if len(arguments) > 2 else None)
            optimizer = keywords.get("optimizer", arguments[3] if len(arguments) > 3 else None)
            made.append(watch(model, optimizer, **settings))
        result = train_step(*arguments, **keywords)
        made[0]._guard("loss", lambda: made[0].step(loss=(loss_of or _first_loss)(result)))
        return result

    wrapped.watch = made
    return wrapped


def _first_loss(result):
    first = result[0] if isinstance(result, (list, tuple)) else result
    values = list(first.values()) if isinstance(first, dict) else [first]
    return sum(values) / len(values) if values else None
