package observatory.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes PTX as nvcc makes it as C++ over ptx.h, one file for each function, so that kernels/emulate.sh can run what is
 * shipped where there is no GPU. What it does not know it refuses, with the line.
 */
final class PtxToCpp {
    private static final Pattern SHARED =
            Pattern.compile("(\\.extern )?\\.shared \\.align (\\d+) \\.b8 (\\w+)\\[(\\d*)];");
    private static final Pattern FUNCTION = Pattern.compile(
            "(?m)^(\\.visible \\.entry|\\.func)\\s+(\\(([^)]*)\\) )?(\\w+)\\s*\\(([^)]*)\\)([^;{]*)([;{])");
    private static final Pattern PARAMETER =
            Pattern.compile("\\.param (?:\\.align (\\d+) )?\\.(\\w+) (\\w+)(?:\\[(\\d+)])?");
    /** Between variables in shared memory, so that an index that is too large meets nobody's. */
    private static final int APART = 1024;

    private final String format;
    private final String text;
    private final Map<String, Integer> shared = new LinkedHashMap<>();
    private final List<String> variables = new ArrayList<>();
    private int dynamic;

    private PtxToCpp(String text) {
        this.text = text.replaceAll("//(?! element).*", "");
        format = text.substring(text.indexOf(": ") + 2, text.indexOf('\n'));
        SHARED.matcher(this.text).results().filter(v -> v.group(1) == null).forEach(v -> {
            int at = upTo(Integer.parseInt(v.group(2)), dynamic + APART);
            shared.put(v.group(3), at);
            variables.add("{" + at + ", " + v.group(4) + "}");
            dynamic = at + Integer.parseInt(v.group(4));
        });
        dynamic = upTo(APART, dynamic + APART);
        SHARED.matcher(this.text)
                .results()
                .filter(v -> v.group(1) != null)
                .forEach(v -> shared.put(v.group(3), dynamic));
    }

    /** PtxToCpp FOLDER FILE...: leaves alone what would be the same again. */
    public static void main(String[] arguments) throws IOException {
        for (int i = 1; i < arguments.length; i++) {
            new PtxToCpp(Files.readString(Path.of(arguments[i]))).write(Path.of(arguments[0]));
        }
    }

    private void write(Path folder) throws IOException {
        String declarations = FUNCTION.matcher(text)
                .results()
                .filter(f -> f.group(7).equals(";"))
                .map(f -> signature(f) + ";\n")
                .collect(Collectors.joining());
        Matcher function = FUNCTION.matcher(text);
        for (int from = 0; function.find(from); from = function.end()) {
            if (function.group(7).equals(";")) {
                continue;
            }
            int end = text.indexOf("\n}", function.end());
            int line = (int) text.substring(0, function.end()).lines().count();
            String body = new PtxBody(shared, text.substring(function.end(), end), line).cpp();
            boolean entry = function.group(1).endsWith("entry");
            String cpp = "#include \"ptx.h\"\nnamespace ptx_" + format + " {\n"
                    + (entry ? declarations + kernel(function, body) : signature(function) + " {\n" + body + "}\n")
                    + "}\n";
            Path file = folder.resolve(format + "-" + function.group(4) + ".cpp");
            if (!Files.exists(file) || !Files.readString(file).equals(cpp)) {
                Files.writeString(file, cpp);
            }
        }
    }

    private String kernel(MatchResult function, String body) {
        String name = function.group(4);
        StringBuilder places = new StringBuilder();
        StringBuilder names = new StringBuilder();
        int at = 0;
        for (MatchResult parameter :
                PARAMETER.matcher(function.group(5)).results().toList()) {
            int unit = PtxType.of(parameter.group(2)).size();
            int size = parameter.group(4) == null ? unit : Integer.parseInt(parameter.group(4));
            at = upTo(parameter.group(1) == null ? unit : Integer.parseInt(parameter.group(1)), at);
            places.append("{%d, %d}, ".formatted(at, size));
            names.append("const unsigned char* const %s = parameters + %d;\n".formatted(parameter.group(3), at));
            at += size;
        }
        return "static const ptx::Variable variables[] = {%s};\n".formatted(String.join(", ", variables))
                + "static void kernel(const unsigned char* parameters) {\n" + names
                + "ptx::begin(variables, %d, %d);\n".formatted(variables.size(), dynamic)
                + (body.contains("ptx::Local mine") ? "" : "const ptx::Local mine = {nullptr, 0};\n") + body
                + "}\nstatic const bool enlisted = ptx::enlist(\"%s/%s\", kernel, {%s});\n"
                        .formatted(format, name, places);
    }

    /** Results and parameters are bytes, and the caller's local memory comes first. */
    private static String signature(MatchResult function) {
        String parameters = (function.group(3) == null ? "" : function.group(3) + ", ") + function.group(5);
        return "__attribute__((visibility(\"hidden\"))) void " + function.group(4) + "(const ptx::Local& mine"
                + PARAMETER
                        .matcher(parameters)
                        .results()
                        .map(p -> ", unsigned char* " + p.group(3))
                        .collect(Collectors.joining())
                + ")";
    }

    private static int upTo(int unit, int at) {
        return (at + unit - 1) / unit * unit;
    }
}
