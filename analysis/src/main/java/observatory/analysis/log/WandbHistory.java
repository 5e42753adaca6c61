package observatory.analysis.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The history record in a record of a {@code .wandb} file (wandb/proto/wandb_internal.proto): keys and
 * their values as JSON.
 */
final class WandbHistory {
    private static final int HISTORY = 2; // of Record
    private static final int ITEM = 1; // of HistoryRecord
    private static final int STEP = 2;
    private static final int KEY = 1; // of HistoryItem
    private static final int NESTED_KEY = 2;
    private static final int VALUE_JSON = 16;

    private WandbHistory() {}

    /** Empty for records of another kind. */
    static Optional<Row> read(byte[] record) throws Wire.Malformed {
        Wire wire = new Wire(ByteBuffer.wrap(record));
        while (wire.next()) {
            if (wire.at(HISTORY, Wire.BYTES)) {
                return Optional.of(history(wire.block()));
            }
            wire.skip();
        }
        return Optional.empty();
    }

    private static Row history(ByteBuffer message) throws Wire.Malformed {
        Wire wire = new Wire(message);
        Row row = new Row();
        while (wire.next()) {
            if (wire.at(ITEM, Wire.BYTES)) {
                item(wire.block(), row);
            } else if (wire.at(STEP, Wire.BYTES)) {
                Wire step = new Wire(wire.block());
                while (step.next()) {
                    if (step.at(1, Wire.VARINT)) {
                        row.numbers().putIfAbsent("_step", (double) step.varint());
                    } else {
                        step.skip();
                    }
                }
            } else {
                wire.skip();
            }
        }
        return row;
    }

    private static void item(ByteBuffer message, Row row) throws Wire.Malformed {
        Wire wire = new Wire(message);
        String key = "";
        String value = "";
        while (wire.next()) {
            if (wire.at(KEY, Wire.BYTES)) {
                key = text(wire.block());
            } else if (wire.at(NESTED_KEY, Wire.BYTES)) {
                key = key.isEmpty() ? text(wire.block()) : key + "/" + text(wire.block());
            } else if (wire.at(VALUE_JSON, Wire.BYTES)) {
                value = text(wire.block());
            } else {
                wire.skip();
            }
        }
        if (!key.isEmpty()) {
            row.put(key, value.startsWith("\"") ? value.replace("\"", "") : value);
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
