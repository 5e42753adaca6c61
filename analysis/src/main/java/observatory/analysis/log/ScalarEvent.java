package observatory.analysis.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The scalars of one TensorBoard event (tensorboard/compat/proto/event.proto and summary.proto), of either generation
 * of the format. Histograms, images and text are passed over.
 *
 * @param start whether the writer says that the run began here, or began again
 */
record ScalarEvent(double wallSeconds, long step, boolean start, List<Value> values) {
    private static final int LONGEST_TAG = 1024; // bytes; longer ones are no name but an attack on the memory

    record Value(String tag, double value) {}

    static ScalarEvent read(byte[] message) throws Wire.Malformed {
        Wire wire = new Wire(ByteBuffer.wrap(message));
        double wallSeconds = 0;
        long step = 0;
        boolean start = false;
        List<Value> values = new ArrayList<>();
        while (wire.next()) {
            if (wire.at(1, Wire.FIXED64)) {
                wallSeconds = wire.fixedDouble();
            } else if (wire.at(2, Wire.VARINT)) {
                step = wire.varint();
            } else if (wire.at(5, Wire.BYTES)) {
                summary(wire.block(), values);
            } else if (wire.at(7, Wire.BYTES)) {
                start = isStart(wire.block());
            } else {
                wire.skip();
            }
        }
        return new ScalarEvent(wallSeconds, step, start, values);
    }

    private static void summary(ByteBuffer message, List<Value> into) throws Wire.Malformed {
        Wire wire = new Wire(message);
        while (wire.next()) {
            if (wire.at(1, Wire.BYTES)) {
                value(wire.block(), into);
            } else {
                wire.skip();
            }
        }
    }

    private static void value(ByteBuffer message, List<Value> into) throws Wire.Malformed {
        Wire wire = new Wire(message);
        String tag = "";
        OptionalDouble number = OptionalDouble.empty();
        while (wire.next()) {
            if (wire.at(1, Wire.BYTES)) {
                ByteBuffer text = wire.block();
                tag = text.remaining() <= LONGEST_TAG
                        ? StandardCharsets.UTF_8.decode(text).toString()
                        : "";
            } else if (wire.at(2, Wire.FIXED32)) {
                number = OptionalDouble.of(wire.fixedFloat());
            } else if (wire.at(8, Wire.BYTES)) {
                number = ScalarTensor.read(wire.block());
            } else {
                wire.skip();
            }
        }
        if (!tag.isEmpty() && number.isPresent()) {
            into.add(new Value(tag, number.getAsDouble()));
        }
    }

    private static boolean isStart(ByteBuffer message) throws Wire.Malformed {
        Wire wire = new Wire(message);
        boolean start = false;
        while (wire.next()) {
            if (wire.at(1, Wire.VARINT)) {
                start = wire.varint() == 1;
            } else {
                wire.skip();
            }
        }
        return start;
    }
}
