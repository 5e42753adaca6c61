package observatory.kernel;

import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Operands of an instruction as C++.
 *
 * @param registers their types, by name; null where there is none of that name
 * @param shared where variables lie in shared memory
 */
record PtxOperands(Function<String, PtxType> registers, Map<String, Integer> shared) {
    private static final Pattern ADDRESS = Pattern.compile("\\[(%?\\w+)(?:\\+(-?\\d+))?]");

    /** What a register, a literal or a name stands for, as a type. */
    String value(String operand, PtxType as) {
        if (operand.startsWith("!")) {
            return "!" + value(operand.substring(1), as);
        }
        PtxType register = registers.apply(operand);
        if (register != null) {
            return as.from(register, operand.replace("%", ""));
        }
        if (operand.matches("%(n?tid|n?ctaid)\\.[xyz]")) {
            String field = operand.substring(operand.indexOf('.'));
            return switch (operand.substring(1, operand.indexOf('.'))) {
                        case "tid" -> "emulation::threadIndex()";
                        case "ntid" -> "emulation::blockSize";
                        case "ctaid" -> "emulation::blockIndex";
                        default -> "emulation::gridSize";
                    }
                    + field;
        }
        if (operand.startsWith("0f") || operand.startsWith("0d")) {
            PtxType literal = PtxType.of(operand.startsWith("0f") ? "f32" : "f64");
            String bits = "ptx::as<" + literal.cpp() + ">(0x" + operand.substring(2)
                    + (literal.size() == 4 ? "u" : "ull") + ")";
            return as.from(literal, bits);
        }
        if (operand.matches("-?\\d+") && !as.number()) {
            return as.equals(PtxType.of("pred"))
                    ? Boolean.toString(!operand.equals("0"))
                    : "(" + as.cpp() + ") " + operand + "ll";
        }
        if (shared.containsKey(operand)) {
            return "(" + as.cpp() + ") " + shared.get(operand);
        }
        if (operand.startsWith("__local_depot")) {
            return "(std::uint64_t) " + operand;
        }
        throw new IllegalArgumentException("unknown operand " + operand);
    }

    String address(String operand, PtxType width) {
        Matcher address = parsed(operand);
        String offset = address.group(2) == null ? "" : " + " + address.group(2);
        return "(" + width.cpp() + ") (" + value(address.group(1), width) + offset + ")";
    }

    static Matcher parsed(String operand) {
        Matcher address = ADDRESS.matcher(operand);
        if (!address.matches()) {
            throw new IllegalArgumentException("unknown address " + operand);
        }
        return address;
    }

    /** An assignment to a register. */
    String set(String operand, PtxType from, String value) {
        if (operand.equals("_")) {
            return "";
        }
        PtxType register = registers.apply(operand);
        if (register == null) {
            throw new IllegalArgumentException("no register " + operand);
        }
        return operand.replace("%", "") + " = " + register.from(from, value) + ";";
    }
}
