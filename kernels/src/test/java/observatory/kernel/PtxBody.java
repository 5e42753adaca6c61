package observatory.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The body of a function as C++: its registers are variables, its labels are labels. */
final class PtxBody {
    private static final Pattern STATEMENT = Pattern.compile("\\s*(?:([{}])|\\$(\\w+):|([^;]+);)\\s*");
    private static final Pattern GUARD = Pattern.compile("@(!?)(%\\w+)\\s+(.*)", Pattern.DOTALL);
    private static final Pattern ARRAY =
            Pattern.compile("\\.(local|param) (?:\\.align \\d+ )?\\.(\\w+)\\s+(\\w+)(?:\\[(\\d+)])?");

    private final PtxOperands all;
    private final String text;
    private final int firstLine;
    private final Deque<Map<String, PtxType>> registers = new ArrayDeque<>(List.of(new HashMap<>()));
    private final StringBuilder out = new StringBuilder();

    PtxBody(Map<String, Integer> shared, String text, int firstLine) {
        all = new PtxOperands(this::register, shared);
        this.text = text;
        this.firstLine = firstLine;
    }

    String cpp() {
        Matcher statement = STATEMENT.matcher(text);
        int line = firstLine;
        int counted = 0;
        for (int at = 0; at < text.length() && statement.find(at); at = statement.end()) {
            if (statement.start() != at) {
                throw new IllegalArgumentException("line " + line + ": no statement");
            }
            int begin = IntStream.of(1, 2, 3).map(statement::start).max().orElseThrow();
            for (; counted < begin; counted++) {
                line += text.charAt(counted) == '\n' ? 1 : 0;
            }
            try {
                if (statement.group(1) != null) {
                    scope(statement.group(1));
                } else if (statement.group(2) != null) {
                    out.append(statement.group(2)).append(":;\n");
                } else {
                    statement(statement.group(3).strip(), line);
                }
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(
                        "line " + line + ": " + statement.group().strip(), e);
            }
        }
        return out.toString();
    }

    private void scope(String brace) {
        out.append(brace).append('\n');
        if (brace.equals("{")) {
            registers.push(new HashMap<>());
        } else {
            registers.pop();
        }
    }

    private void statement(String statement, int line) {
        if (statement.startsWith(".reg")) {
            String[] words = statement.split("\\s+", 3);
            for (String name : words[2].split(",\\s*")) {
                declare(PtxType.of(words[1].substring(1)), name);
            }
        } else if (statement.startsWith(".local") || statement.startsWith(".param")) {
            Matcher array = ARRAY.matcher(statement);
            if (!array.matches()) {
                throw new IllegalArgumentException("unknown");
            }
            String size = array.group(4) != null
                    ? array.group(4)
                    : "" + PtxType.of(array.group(2)).size();
            out.append("alignas(16) unsigned char %s[%s];\n".formatted(array.group(3), size));
            if (array.group(1).equals("local")) {
                out.append("std::memset(%1$s, 0xcb, sizeof %1$s);\nconst ptx::Local mine = {%1$s, sizeof %1$s};\n"
                        .formatted(array.group(3)));
            }
        } else if (!statement.startsWith(".pragma") && !statement.startsWith(".shared")) {
            instruction(statement, line);
        }
    }

    /** A register, or so many of them as in %r<7>, which hold rubbish. */
    private void declare(PtxType type, String name) {
        int angle = name.indexOf('<');
        List<String> names = angle < 0
                ? List.of(name)
                : IntStream.range(0, Integer.parseInt(name.substring(angle + 1, name.length() - 1)))
                        .mapToObj(i -> name.substring(0, angle) + i)
                        .toList();
        names.forEach(each -> registers.peek().put(each, type));
        String rubbish = "ptx::rubbish<" + type.cpp() + ">()";
        out.append(type.cpp()).append(' ');
        out.append(names.stream()
                .map(each -> each.replace("%", "") + " = " + rubbish)
                .collect(Collectors.joining(", ")));
        out.append(";\n");
    }

    private void instruction(String statement, int line) {
        Matcher guard = GUARD.matcher(statement);
        if (guard.matches()) {
            out.append("if (")
                    .append(guard.group(1))
                    .append(guard.group(2).substring(1))
                    .append(") ");
            statement = guard.group(3);
        }
        String[] parts = statement.split("\\s+", 2);
        List<String> operands = parts.length == 1 ? List.of() : split(parts[1]);
        out.append("{ ")
                .append(new PtxInstruction(parts[0], operands, all, line).cpp())
                .append(" }\n");
    }

    /** Operands between the commas that are in no brackets. */
    static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ',';
            depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
            if (c == ',' && depth == 0) {
                parts.add(text.substring(from, i).strip());
                from = i + 1;
            }
        }
        return parts;
    }

    private PtxType register(String name) {
        return registers.stream()
                .map(scope -> scope.get(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
