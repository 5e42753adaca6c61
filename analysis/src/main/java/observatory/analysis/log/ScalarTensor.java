package observatory.analysis.log;

import java.nio.ByteBuffer;
import java.util.OptionalDouble;

/**
 * The one number in a TensorProto (tensorboard/compat/proto/tensor.proto), where a summary of TensorFlow 2 keeps a
 * scalar: in the list of its type or as raw bytes. Empty for text, histograms, images and every other kind of tensor.
 */
final class ScalarTensor {
    private static final int FLOAT = 1;
    private static final int DOUBLE = 2;
    private static final int INT32 = 3;
    private static final int INT64 = 9;

    private ScalarTensor() {}

    static OptionalDouble read(ByteBuffer message) throws Wire.Malformed {
        Wire wire = new Wire(message);
        long dtype = 0;
        long elements = 1;
        OptionalDouble listed = OptionalDouble.empty();
        ByteBuffer content = ByteBuffer.allocate(0);
        while (wire.next()) {
            if (wire.at(1, Wire.VARINT)) {
                dtype = wire.varint();
            } else if (wire.at(2, Wire.BYTES)) {
                elements = elements(wire.block());
            } else if (wire.at(4, Wire.BYTES)) {
                content = wire.block();
            } else if (wire.at(5, Wire.FIXED32)) {
                listed = OptionalDouble.of(wire.fixedFloat());
            } else if (wire.at(6, Wire.FIXED64)) {
                listed = OptionalDouble.of(wire.fixedDouble());
            } else if (wire.at(7, Wire.VARINT)) {
                listed = OptionalDouble.of((int) wire.varint());
            } else if (wire.at(10, Wire.VARINT)) {
                listed = OptionalDouble.of(wire.varint());
            } else if (wire.at(wire.field(), Wire.BYTES)) {
                ByteBuffer packed = wire.block();
                listed = packed(wire.field(), packed).isPresent() ? packed(wire.field(), packed) : listed;
            } else {
                wire.skip();
            }
        }
        if (elements != 1) {
            return OptionalDouble.empty();
        }
        return content.hasRemaining() ? raw(dtype, content) : listed;
    }

    private static long elements(ByteBuffer shape) throws Wire.Malformed {
        long product = 1;
        Wire dimensions = new Wire(shape);
        while (dimensions.next()) {
            if (!dimensions.at(2, Wire.BYTES)) {
                dimensions.skip();
                continue;
            }
            long size = 0;
            Wire dimension = new Wire(dimensions.block());
            while (dimension.next()) {
                if (dimension.at(1, Wire.VARINT)) {
                    size = dimension.varint();
                } else {
                    dimension.skip();
                }
            }
            product = size == 1 ? product : 0;
        }
        return product;
    }

    private static OptionalDouble packed(int field, ByteBuffer list) throws Wire.Malformed {
        return switch (field) {
            case 5 -> list.remaining() == 4 ? OptionalDouble.of(list.getFloat(0)) : OptionalDouble.empty();
            case 6 -> list.remaining() == 8 ? OptionalDouble.of(list.getDouble(0)) : OptionalDouble.empty();
            case 7, 10 -> list.hasRemaining() ? OptionalDouble.of(new Wire(list).varint()) : OptionalDouble.empty();
            default -> OptionalDouble.empty();
        };
    }

    private static OptionalDouble raw(long dtype, ByteBuffer content) {
        int size = content.remaining();
        if (dtype == FLOAT && size == Float.BYTES) {
            return OptionalDouble.of(content.getFloat(0));
        }
        if (dtype == DOUBLE && size == Double.BYTES) {
            return OptionalDouble.of(content.getDouble(0));
        }
        if (dtype == INT32 && size == Integer.BYTES) {
            return OptionalDouble.of(content.getInt(0));
        }
        if (dtype == INT64 && size == Long.BYTES) {
            return OptionalDouble.of(content.getLong(0));
        }
        return OptionalDouble.empty();
    }
}
