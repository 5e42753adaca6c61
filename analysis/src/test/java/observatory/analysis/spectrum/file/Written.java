package observatory.analysis.spectrum.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The array [[1, 2, 3], [4, 5, 6.5]] as other programs write it. */
final class Written {
    static final double[] VALUES = {1, 2, 3, 4, 5, 6.5};

    /** numpy.save(numpy.asfortranarray(a.astype('<f4'))), NumPy 2.4.6. */
    static final byte[] NPY_FORTRAN =
            decoded("k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoM"
                    + "iwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AACAQA"
                    + "AAAEAAAKBAAABAQAAA0EA=");

    /** numpy.save(a.astype('>f8')). */
    static final byte[] NPY_BIG_ENDIAN =
            decoded("k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzog"
                    + "KDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/8AAAAAAAA"
                    + "EAAAAAAAAAAQAgAAAAAAABAEAAAAAAAAEAUAAAAAAAAQBoAAAAAAAA=");

    /** numpy.savez_compressed(w=a.astype('<f2'), ids=numpy.arange(3)). */
    static final byte[] NPZ =
            decoded("UEsDBC0AAAAIAAAAIQCbkhMg//////////8FABQAdy5ucHkBABAAjAAAAAAAAABSAAAAAAAAAJvsF+obEMnI"
                    + "UMZQrZ6SWpxcpG6loG6TZqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYbBgcGJwYXBtcGNwBQSwME"
                    + "LQAAAAgAAAAhAPdAEur//////////wcAFABpZHMubnB5AQAQAJgAAAAAAAAATAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mh"
                    + "rqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuBihghNJMUBoAUEsBAi0DLQAAAAgAAAAhAJuSEyBSAAAAjAAA"
                    + "AAUAAAAAAAAAAAAAAIABAAAAAHcubnB5UEsBAi0DLQAAAAgAAAAhAPdAEupMAAAAmAAAAAcAAAAAAAAAAAAAAIABiQAAAGlkcy5ucHlQ"
                    + "SwUGAAAAAAIAAgBoAAAADgEAAAAA");

    private Written() {}

    private static byte[] decoded(String text) {
        return Base64.getDecoder().decode(text);
    }

    static byte[] safetensors(String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .put(data)
                .array();
    }

    /** The values as bf16, and three whole numbers that are no weight. */
    static byte[] safetensors() {
        ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : VALUES) {
            data.putShort((short) (Float.floatToRawIntBits((float) value) >>> 16));
        }
        return safetensors(
                "{\"__metadata__\":{\"format\":\"pt\"},\"w\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
                        + "\"ids\":{\"dtype\":\"I32\",\"shape\":[3],\"data_offsets\":[12,24]}}",
                data.array());
    }

    /** A model of one initializer, field by field. */
    static byte[] onnx(byte[] initializer) {
        byte[] graph = field(5, initializer);
        return joined(new byte[] {0x08, 7}, field(7, graph));
    }

    /** Dims, data type 1 (float), name, raw data. */
    static byte[] initializer() {
        ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : VALUES) {
            data.putFloat((float) value);
        }
        return joined(
                new byte[] {0x08, 2, 0x08, 3, 0x10, 1},
                field(8, "w".getBytes(StandardCharsets.UTF_8)),
                field(9, data.array()));
    }

    static byte[] field(int number, byte[] content) {
        return joined(new byte[] {(byte) (number << 3 | 2), (byte) content.length}, content);
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
