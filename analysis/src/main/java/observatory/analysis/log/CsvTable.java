package observatory.analysis.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The layout of a table of text: its columns and what stands between them. Quoted cells may hold
 * anything but line ends.
 */
record CsvTable(List<String> columns, char delimiter) {
    private static final char BLANKS = ' '; // one or more
    /** Between blanks any words stand; only names make a header. */
    private static final Pattern NAME = Pattern.compile("[\\w/.%()#-]{1,100}");

    private static final int LOOK = 20;

    CsvTable {
        boolean indexed = columns.size() > 1 && columns.getFirst().isBlank(); // pandas writes its index without a name
        List<String> named = new ArrayList<>(columns);
        if (indexed) {
            named.set(0, "index");
        }
        columns = List.copyOf(named);
    }

    /**
     * Of what begins with a header and rows of as many cells, most with a number; a comment before it is passed over.
     */
    static Optional<CsvTable> of(Head head) {
        List<String> lines = head.lines().stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .limit(LOOK)
                .toList();
        if (lines.size() < 2) {
            return Optional.empty();
        }
        for (char delimiter : new char[] {',', '\t', ';', BLANKS}) {
            CsvTable table = new CsvTable(split(lines.getFirst(), delimiter), delimiter);
            if (table.fits(lines.subList(1, lines.size()))) {
                return Optional.of(table);
            }
        }
        return Optional.empty();
    }

    /** Of what has no more than a header so far. */
    static Optional<CsvTable> begun(Head head) {
        for (char delimiter : new char[] {',', '\t', ';', BLANKS}) {
            CsvTable table = new CsvTable(split(head.firstLine(), delimiter), delimiter);
            if (table.isHeader()) {
                return Optional.of(table);
            }
        }
        return Optional.empty();
    }

    private boolean isHeader() {
        return columns.size() > 1
                && columns.stream()
                        .allMatch(column -> !column.isBlank()
                                && LogNumber.parse(column).isEmpty()
                                && (delimiter != BLANKS || NAME.matcher(column).matches()))
                && columns.stream().distinct().count() == columns.size();
    }

    private boolean fits(List<String> rows) {
        long fitting = rows.stream()
                .map(this::split)
                .filter(cells -> cells.size() == columns.size())
                .filter(cells ->
                        cells.stream().anyMatch(cell -> LogNumber.parse(cell).isPresent()))
                .count();
        return isHeader() && fitting > 0 && fitting >= rows.size() - 1;
    }

    List<String> split(String line) {
        return split(line, delimiter);
    }

    Row row(List<String> cells) {
        Row row = new Row();
        for (int i = 0; i < cells.size(); i++) {
            row.put(columns.get(i), cells.get(i));
        }
        return row;
    }

    private static List<String> split(String line, char delimiter) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        String text = delimiter == BLANKS ? line.strip().replaceAll("\\s+", " ") : line;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                cell.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == delimiter && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else if (c != '\uFEFF') { // the byte-order mark that spreadsheets write
                cell.append(c);
            }
        }
        cells.add(cell.toString().strip());
        return cells;
    }
}
