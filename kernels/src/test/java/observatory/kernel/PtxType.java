package observatory.kernel;

/** A type of PTX, as the last letters of an instruction name it, and what it is in C++. */
record PtxType(String cpp, int size, boolean number) {
    static boolean is(String name) {
        return name.matches("pred|[busf](8|16|32|64)|bf16|f16x2|bf16x2");
    }

    static PtxType of(String name) {
        return switch (name) {
            case "pred" -> new PtxType("bool", 1, false);
            case "f32" -> new PtxType("float", 4, true);
            case "f64" -> new PtxType("double", 8, true);
            case "f16", "bf16" -> of("u16");
            case "f16x2", "bf16x2" -> of("u32");
            default -> {
                int bits = Integer.parseInt(name.substring(1));
                yield new PtxType("std::" + (name.charAt(0) == 's' ? "" : "u") + "int" + bits + "_t", bits / 8, false);
            }
        };
    }

    /** C++ for bits of the other type as this one: sizes may differ where both are whole numbers. */
    String from(PtxType other, String value) {
        return equals(other)
                ? value
                : (number || other.number ? "ptx::as<" + cpp + ">(" : "(" + cpp + ")(") + value + ")";
    }
}
