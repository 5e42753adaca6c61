package observatory.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One instruction as C++: what is simple in C++ itself, the rest as calls of ptx.h. */
final class PtxInstruction {
    private static final PtxType U32 = PtxType.of("u32");
    private static final PtxType U64 = PtxType.of("u64");
    private static final PtxType PREDICATE = PtxType.of("pred");

    private final String name;
    private final List<String> words;
    private final List<String> operands;
    private final PtxOperands all;
    private final int line;
    private final PtxType type; // the last that the name has: of the operands

    PtxInstruction(String name, List<String> operands, PtxOperands all, int line) {
        this.name = name;
        this.operands = operands;
        this.all = all;
        this.line = line;
        words = Arrays.asList(name.split("\\."));
        type = words.stream()
                .filter(PtxType::is)
                .reduce((_, last) -> last)
                .map(PtxType::of)
                .orElse(null);
    }

    String cpp() {
        String last = words.getLast();
        String operation = PtxType.is(last) ? name.substring(0, name.length() - last.length() - 1) : name;
        return switch (operation) {
            case "add", "add.rn" -> simple("%s + %s");
            case "sub", "sub.rn" -> simple("%s - %s");
            case "mul.lo", "mul.rn" -> simple("%s * %s");
            case "mul.wide" -> wide("%s * %s");
            case "mad.lo" -> simple("%s * %s + %s");
            case "fma.rn" -> simple("std::fma(%s, %s, %s)");
            case "fma.rm" -> simple("ptx::fmaDown(%s, %s, %s)");
            case "div" -> simple("ptx::quotient(%s, %s, " + line + ")");
            case "div.rn" -> simple("%s / %s");
            case "rem" -> simple("ptx::remainder(%s, %s, " + line + ")");
            case "rcp.rn" -> simple("1 / %s");
            case "rcp.approx.ftz" -> simple("ptx::reciprocalApproximate(%s)");
            case "sqrt.rn" -> simple("std::sqrt(%s)");
            case "ex2.approx.ftz" -> simple("ptx::exp2Approximate(%s)");
            case "neg" -> simple("-%s");
            case "abs" -> simple("std::abs(%s)");
            case "max", "min" -> largest(operation);
            case "and" -> simple("%s & %s");
            case "or" -> simple("%s | %s");
            case "xor" -> simple("%s ^ %s");
            case "not" -> simple(type.equals(PREDICATE) ? "!%s" : "~%s");
            case "shl" -> simple("ptx::shiftLeft(%s, (unsigned) %s)");
            case "shr" -> simple("ptx::shiftRight(%s, (unsigned) %s)");
            case "bfi" -> simple("ptx::insertBits(%s, %s, %s, %s)");
            case "selp" -> set(type, value(3, PREDICATE) + " ? " + value(1) + " : " + value(2));
            case "mov" -> moved();
            case "cvta.local", "cvta.to.local", "cvta.to.global" -> set(U64, value(1, U64));
            case "atom.shared.add" -> add("sharedToAdd");
            case "atom.global.add" -> add("global");
            case "bra", "bra.uni" -> "goto " + operands.getFirst().substring(1) + ";";
            case "ret" -> "return;";
            case "call.uni" -> call();
            default ->
                switch (words.getFirst()) {
                    case "setp" -> set(PREDICATE, compared());
                    case "cvt" -> converted();
                    case "ld", "st" -> memory();
                    default -> together(operation);
                };
        };
    }

    /** Instructions that more than one thread has to do with, or that do not act at once. */
    private String together(String operation) {
        return switch (operation) {
            case "bar.sync" -> "ptx::barrier();";
            case "bar.warp.sync" -> "ptx::warpBarrier(" + value(0, U32) + ", " + line + ");";
            case "shfl.sync.bfly" -> shuffle("Butterfly");
            case "shfl.sync.idx" -> shuffle("Indexed");
            case "vote.sync.any" -> set(PREDICATE, "ptx::any(" + value(1) + ", " + value(2, U32) + ", " + line + ")");
            case "redux.sync.add" -> simple("ptx::reduceAdd(%s, %s, " + line + ")");
            case "redux.sync.max" -> simple("ptx::reduceMax(%s, %s, " + line + ")");
            case "cp.async.cg.shared.global" ->
                "ptx::copyAsync(%s, %s, %s, %d);"
                        .formatted(
                                all.address(operands.get(0), U32),
                                all.address(operands.get(1), U64),
                                value(operands.size() - 1, U32),
                                line);
            case "cp.async.commit_group" -> "ptx::commitCopies();";
            case "cp.async.wait_group" -> "ptx::awaitCopies(" + value(0, U32) + ");";
            case "ldmatrix.sync.aligned.m8n8.x4.shared" -> matrices("loadMatrices");
            case "ldmatrix.sync.aligned.m8n8.x4.trans.shared" -> matrices("loadMatricesTransposed");
            case "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16", "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16" ->
                product(half(words.get(7)));
            default -> throw unknown();
        };
    }

    private IllegalArgumentException unknown() {
        return new IllegalArgumentException("unknown instruction " + name);
    }

    private String add(String access) {
        return set(
                type,
                "ptx::atomicAdd<" + type.cpp() + ">(" + place(access, operands.get(1), 1) + ", " + value(2) + ")");
    }

    private String matrices(String function) {
        return pack(U32, 4, "ptx::" + function + "(" + all.address(operands.get(1), U32) + ", " + line + ")");
    }

    private String product(String half) {
        return pack(
                type,
                4,
                "ptx::multiplyAdd(%s, %s, %s, %s, %d)"
                        .formatted(half, given(1, U32), given(2, U32), given(3, type), line));
    }

    private static String half(String type) {
        return "ptx::Half::" + (type.startsWith("b") ? "BF16" : "F16");
    }

    private String given(int operand, PtxType each) {
        List<String> parts = vector(operands.get(operand));
        return "ptx::Pack<%s, %d>{{%s}}"
                .formatted(
                        each.cpp(),
                        parts.size(),
                        parts.stream().map(p -> all.value(p, each)).collect(Collectors.joining(", ")));
    }

    /** Sets the first operand's parts to those of a pack. */
    private String pack(PtxType each, int count, String value) {
        List<String> parts = vector(operands.getFirst());
        if (parts.size() != count) {
            throw new IllegalArgumentException("not " + count + " registers");
        }
        return "const auto pack = " + value + "; "
                + IntStream.range(0, count)
                        .mapToObj(i -> set(parts.get(i), each, "pack.at[" + i + "]"))
                        .collect(Collectors.joining(" "));
    }

    private String shuffle(String kind) {
        String[] results = operands.getFirst().split("\\|");
        return "bool valid; "
                + set(results[0], type, "ptx::shuffle" + kind + "(" + values(1, 5) + ", valid, " + line + ")")
                + (results.length > 1 ? " " + set(results[1], PREDICATE, "valid") : "");
    }

    /** Sets the first operand to an expression of the others. */
    private String simple(String expression) {
        return expressed(type, expression);
    }

    /** The same, twice as wide. */
    private String wide(String expression) {
        PtxType twice = PtxType.of(words.getLast().charAt(0) + "" + type.size() * 16);
        return expressed(twice, "(" + twice.cpp() + ") " + expression);
    }

    private String expressed(PtxType result, String expression) {
        Object[] values =
                IntStream.range(1, operands.size()).mapToObj(this::value).toArray();
        return set(result, "(" + result.cpp() + ") (" + expression.formatted(values) + ")");
    }

    private String largest(String operation) {
        String last = words.getLast();
        if (last.endsWith("x2")) {
            return simple("ptx::" + operation + "Pair(" + half(last) + ", %s, %s)");
        }
        return simple("%s::%s(%%s, %%s)".formatted(type.number() ? "ptx" : "std", operation));
    }

    /** With u, a comparison of numbers holds where one of them is NaN. */
    private String compared() {
        String comparison = switch (words.get(1)) {
            case "eq" -> "%s == %s";
            case "ne" -> type.number() ? "%1$s < %2$s || %1$s > %2$s" : "%s != %s";
            case "lt" -> "%s < %s";
            case "le" -> "%s <= %s";
            case "gt" -> "%s > %s";
            case "ge" -> "%s >= %s";
            case "neu" -> "%s != %s";
            case "ltu" -> "!(%s >= %s)";
            case "leu" -> "!(%s > %s)";
            case "gtu" -> "!(%s <= %s)";
            case "geu" -> "!(%s < %s)";
            default -> throw unknown();
        };
        return comparison.formatted(value(1), value(2));
    }

    private String converted() {
        String to = words.get(words.size() - 2);
        String from = words.getLast();
        List<String> how = words.subList(1, words.size() - 2);
        boolean nearest = how.equals(List.of("rn"));
        PtxType result = PtxType.of(to);
        String cpp;
        if (to.endsWith("f16") && from.equals("f32") && nearest) {
            cpp = "ptx::narrow(" + half(to) + ", " + value(1) + ")";
        } else if (from.equals("f16") && to.equals("f32") && how.isEmpty()) {
            cpp = "ptx::widen(" + half(from) + ", " + value(1) + ")";
        } else if (how.equals(List.of("sat")) && to.equals("f32") && from.equals("f32")) {
            cpp = "ptx::saturate(" + value(1) + ")";
        } else if (!to.endsWith("f16")
                && !from.endsWith("f16")
                && (nearest && result.number() || how.isEmpty() && (!type.number() || result.size() > type.size()))) {
            cpp = "(" + result.cpp() + ") " + value(1);
        } else {
            throw unknown();
        }
        return set(result, cpp);
    }

    /** Parts of a register lie in it from the lowest bits on. */
    private String moved() {
        boolean joins = operands.get(1).startsWith("{");
        boolean parts = operands.getFirst().startsWith("{");
        if (!joins && !parts) {
            return set(type, value(1));
        }
        List<String> pieces = vector(operands.get(joins ? 1 : 0));
        int bits = type.size() * 8 / pieces.size();
        PtxType piece = PtxType.of("b" + bits);
        PtxType whole = PtxType.of("b" + type.size() * 8);
        if (joins) {
            String joined = IntStream.range(0, pieces.size())
                    .mapToObj(i -> "(%s) %s << %d".formatted(whole.cpp(), all.value(pieces.get(i), piece), i * bits))
                    .collect(Collectors.joining(" | "));
            return set(whole, joined);
        }
        return "const " + whole.cpp() + " whole = " + value(1, whole) + "; "
                + IntStream.range(0, pieces.size())
                        .mapToObj(i -> set(pieces.get(i), piece, "(%s) (whole >> %d)".formatted(piece.cpp(), i * bits)))
                        .collect(Collectors.joining(" "));
    }

    private String memory() {
        boolean load = words.getFirst().equals("ld");
        String space = words.get(1);
        if (!name.matches("(ld|st)\\.(global|global\\.nc|shared|local|param)(\\.v[24])?\\.[a-z]\\d+")) {
            throw unknown();
        }
        String inMemory = operands.get(load ? 1 : 0);
        String inRegisters = operands.get(load ? 0 : 1);
        List<String> parts = inRegisters.startsWith("{") ? vector(inRegisters) : List.of(inRegisters);
        if (parts.size() > 1 != words.contains("v" + parts.size())) {
            throw new IllegalArgumentException("not as many registers");
        }
        String access = space.equals("shared") ? load ? "sharedToRead" : "sharedToWrite" : space;
        String cpp = (load ? "const " : "") + "unsigned char* const at = (unsigned char*) "
                + place(access, inMemory, parts.size()) + "; ";
        return cpp
                + IntStream.range(0, parts.size())
                        .mapToObj(i -> load
                                ? set(parts.get(i), type, "ptx::read<" + type.cpp() + ">(at + " + i * type.size() + ")")
                                : "ptx::write<" + type.cpp() + ">(at + " + i * type.size() + ", "
                                        + all.value(parts.get(i), type) + ");")
                        .collect(Collectors.joining(" "));
    }

    /** C++ of where an address is, checked. */
    private String place(String access, String operand, int count) {
        int size = type.size() * count;
        return switch (access) {
            case "param" -> parameter(operand, size);
            case "local" -> "ptx::local(mine, " + all.address(operand, U64) + ", " + size + ", " + line + ")";
            case "global" -> "ptx::global(" + all.address(operand, U64) + ", " + size + ", " + line + ")";
            default -> "ptx::" + access + "(" + all.address(operand, U32) + ", " + size + ", " + line + ")";
        };
    }

    private String parameter(String operand, int size) {
        Matcher address = PtxOperands.parsed(operand);
        int offset = address.group(2) == null ? 0 : Integer.parseInt(address.group(2));
        if (offset % size != 0) {
            throw new IllegalArgumentException("misaligned");
        }
        return "(" + address.group(1) + " + " + offset + ")";
    }

    /** call.uni (results), function, (parameters). */
    private String call() {
        int function = operands.getFirst().startsWith("(") ? 1 : 0;
        String given = operands.stream()
                .filter(operand -> operand.startsWith("("))
                .map(operand -> ", " + operand.substring(1, operand.length() - 1))
                .collect(Collectors.joining());
        return operands.get(function) + "(mine" + given + ");";
    }

    private static List<String> vector(String operand) {
        return PtxBody.split(operand.substring(1, operand.length() - 1));
    }

    private String values(int from, int to) {
        return IntStream.range(from, to).mapToObj(this::value).collect(Collectors.joining(", "));
    }

    private String value(int operand) {
        return value(operand, type);
    }

    private String value(int operand, PtxType as) {
        return all.value(operands.get(operand), as);
    }

    private String set(PtxType from, String value) {
        return set(operands.getFirst(), from, value);
    }

    private String set(String register, PtxType from, String value) {
        return all.set(register, from, value);
    }
}
