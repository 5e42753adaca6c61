package observatory.stream.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.util.List;
import observatory.probe.Telemetry;

/**
 * Telemetry as bytes and back: JSON, the reference form, and Smile, the compact one, on one data model (docs/wire.md).
 * A reader tells them apart by the first byte. Numbers that are not finite are the strings NaN, Infinity and -Infinity.
 * Reading fails with a {@link CodecException} and nothing else, whatever the bytes are.
 */
public final class Codec {
    private static final byte SMILE_HEADER = ':';

    private Codec() {}

    /** One document, however large; {@link #records} splits what a broker would refuse. */
    public static byte[] json(Telemetry item) {
        return json(Part.whole(item));
    }

    /** One document, however large; {@link #records} splits what a broker would refuse. */
    public static byte[] smile(Telemetry item) {
        return smile(Part.whole(item));
    }

    static byte[] json(Part part) {
        return encode(Wire.JSON, part);
    }

    /** One part of a frame as one document. */
    public static byte[] smile(Part part) {
        return encode(Wire.SMILE, part);
    }

    /**
     * An item as Smile records within the caps of the wire: nearly always one, else the parts of a
     * large frame in order.
     */
    public static List<byte[]> records(Telemetry item) {
        return Caps.records(item);
    }

    /** The item of one record; of a part of a large frame, that part alone. */
    public static Telemetry decode(byte[] bytes) throws CodecException {
        return decodePart(bytes).item();
    }

    /** The item of one record, and which part of it this is. */
    public static Part decodePart(byte[] bytes) throws CodecException {
        if (bytes == null || bytes.length == 0) {
            throw new CodecException(CodecException.Reason.MALFORMED, "an empty record");
        }
        try (JsonParser parser = parser(bytes)) {
            return new TelemetryParser(parser).read();
        } catch (StreamConstraintsException e) {
            throw new CodecException(CodecException.Reason.TOO_LARGE, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CodecException(CodecException.Reason.MALFORMED, "not a document: " + e.getMessage(), e);
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new CodecException(CodecException.Reason.INVALID, e.getMessage(), e);
        } catch (IndexOutOfBoundsException e) {
            // Smile's parser runs past its buffers on some damaged input instead of saying so.
            throw new CodecException(CodecException.Reason.MALFORMED, "not a document: " + e.getMessage(), e);
        }
    }

    static JsonParser parser(byte[] bytes) throws IOException {
        return (bytes[0] == SMILE_HEADER ? Wire.SMILE : Wire.JSON).createParser(bytes);
    }

    private static byte[] encode(JsonFactory encoding, Part part) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
        try (JsonGenerator generator = encoding.createGenerator(bytes)) {
            new TelemetryWriter(generator).write(part);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }
}
