package observatory.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import observatory.probe.Telemetry;

/**
 * Telemetry as bytes and back: JSON, the reference form, and Smile, the compact one, on one data model (docs/wire.md).
 * A reader tells them apart by the first byte. Numbers that are not finite are the strings NaN, Infinity and -Infinity.
 * Reading fails with a {@link CodecException} and nothing else, whatever the bytes are.
 */
public final class Codec {
    private static final byte SMILE_HEADER = ':';

    private Codec() {}

    public static byte[] json(Telemetry item) {
        return encode(Wire.JSON, item);
    }

    public static byte[] smile(Telemetry item) {
        return encode(Wire.SMILE, item);
    }

    public static Telemetry decode(byte[] bytes) throws CodecException {
        if (bytes == null || bytes.length == 0) {
            throw new CodecException(CodecException.Reason.MALFORMED, "an empty record");
        }
        JsonFactory encoding = bytes[0] == SMILE_HEADER ? Wire.SMILE : Wire.JSON;
        try (JsonParser parser = encoding.createParser(bytes)) {
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

    private static byte[] encode(JsonFactory encoding, Telemetry item) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
        try (JsonGenerator generator = encoding.createGenerator(bytes)) {
            new TelemetryWriter(generator).write(item);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }
}
