package observatory.stream.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import observatory.probe.Column;

/** Cuts columns where a frame is cut, and puts them together again. */
final class Columns {
    private Columns() {}

    /** What the columns say of places {@code from} to {@code to}, which are numbered from 0 again. */
    static List<Column> slice(List<Column> columns, int from, int to) {
        List<Column> slices = new ArrayList<>();
        for (Column column : columns) {
            int[] kept = IntStream.range(0, column.size())
                    .filter(i -> column.at()[i] >= from && column.at()[i] < to)
                    .toArray();
            if (kept.length > 0) {
                slices.add(new Column(
                        column.metric(),
                        IntStream.of(kept).map(i -> column.at()[i] - from).toArray(),
                        IntStream.of(kept).mapToDouble(i -> column.values()[i]).toArray()));
            }
        }
        return slices;
    }

    static Column moved(Column column, int by) {
        return new Column(
                column.metric(), Arrays.stream(column.at()).map(i -> i + by).toArray(), column.values());
    }

    /** One column of pieces of it. */
    static Column joined(String metric, List<Column> pieces) {
        return new Column(
                metric,
                pieces.stream().flatMapToInt(piece -> Arrays.stream(piece.at())).toArray(),
                pieces.stream()
                        .flatMapToDouble(piece -> Arrays.stream(piece.values()))
                        .toArray());
    }
}
