package observatory.analysis.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static observatory.analysis.log.EventFile.block;
import static observatory.analysis.log.EventFile.message;
import static observatory.analysis.log.EventFile.text;
import static observatory.analysis.log.EventFile.varint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Writes {@code .wandb} files; the checksum is computed bit by bit, not by the class under test. */
final class WandbBytes {
    private static final int BLOCK = 32_768;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    WandbBytes() {
        bytes.writeBytes(new byte[] {':', 'W', '&', 'B', (byte) 0xE1, (byte) 0xBE, 0});
        record(message(varint(1, 0), block(5, message(text(1, "run"))))); // a record of another kind
    }

    WandbBytes history(long step, String key, String json) {
        byte[] item = message(text(1, key), text(16, json));
        return record(message(varint(1, step), block(2, message(block(1, item), block(2, message(varint(1, step)))))));
    }

    WandbBytes record(byte[] data) {
        int from = 0;
        boolean first = true;
        do {
            int left = BLOCK - bytes.size() % BLOCK;
            if (left < 7) {
                bytes.writeBytes(new byte[left]);
                continue;
            }
            int length = Math.min(left - 7, data.length - from);
            boolean last = from + length == data.length;
            int type = first && last ? 1 : first ? 2 : last ? 4 : 3;
            byte[] part = Arrays.copyOfRange(data, from, from + length);
            byte[] summed =
                    ByteBuffer.allocate(1 + length).put((byte) type).put(part).array();
            bytes.writeBytes(ByteBuffer.allocate(7)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(crc(summed))
                    .putShort((short) length)
                    .put((byte) type)
                    .array());
            bytes.writeBytes(part);
            from += length;
            first = false;
        } while (from < data.length);
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    /** CRC-32 by its definition: polynomial 0x04C11DB7, reflected. The check value of "123456789" is 0xCBF43926. */
    static int crc(byte[] data) {
        int crc = -1;
        for (byte b : data) {
            crc ^= b & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) == 1 ? 0xEDB88320 : 0);
            }
        }
        return ~crc;
    }

    static byte[] ascii(String text) {
        return text.getBytes(UTF_8);
    }
}
