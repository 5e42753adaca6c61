package observatory.analysis.spectrum.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the safetensors format (github.com/huggingface/safetensors): eight bytes with the length of the header, a JSON
 * header that gives type, shape and place of every tensor, then their bytes. Tensors of whole numbers are left out.
 */
final class Safetensors {
    private static final long LARGEST_HEADER = 100_000_000; // as the reference implementation has it
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8)
                            .maxDocumentLength(LARGEST_HEADER)
                            .build())
                    .build())
            .build();

    private Safetensors() {}

    /** Whether the bytes can only be this format: a plausible length, and a JSON object behind it. */
    static boolean recognise(Bytes bytes) {
        return bytes.size() > Long.BYTES + 1
                && Long.compareUnsigned(bytes.number(0, "the header length"), LARGEST_HEADER) <= 0
                && bytes.unsignedByte(Long.BYTES) == '{';
    }

    static List<Tensor> read(Bytes bytes) {
        long length = bytes.number(0, "the header length");
        if (Long.compareUnsigned(length, Math.min(LARGEST_HEADER, bytes.size() - Long.BYTES)) > 0) {
            throw bytes.bad(
                    0,
                    "the header claims " + Long.toUnsignedString(length) + " bytes and " + (bytes.size() - Long.BYTES)
                            + " follow");
        }
        JsonNode header;
        try {
            header = JSON.readTree(bytes.text(Long.BYTES, length, "the header"));
        } catch (JsonProcessingException e) {
            throw bytes.bad(Long.BYTES, "the header is no JSON: " + e.getOriginalMessage());
        }
        if (!header.isObject()) {
            throw bytes.bad(Long.BYTES, "the header is no JSON object");
        }
        List<Tensor> tensors = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensor(bytes, Long.BYTES + length, entry.getKey(), entry.getValue())
                        .ifPresent(tensors::add);
            }
        }
        return tensors;
    }

    private static Optional<Tensor> tensor(Bytes bytes, long data, String name, JsonNode entry) {
        Optional<Element> element = element(entry.path("dtype").asText());
        if (element.isEmpty()) {
            return Optional.empty();
        }
        List<Long> shape = new ArrayList<>();
        entry.path("shape").forEach(extent -> shape.add(extent.asLong(-1)));
        JsonNode offsets = entry.path("data_offsets");
        long from = offsets.path(0).asLong(-1);
        long to = offsets.path(1).asLong(-1);
        long length = bytes.length(data, name, shape, element.get());
        if (from < 0 || to - from != length) {
            throw bytes.bad(
                    Long.BYTES,
                    "tensor " + name + " lies at [" + from + ", " + to + ") and its shape " + shape + " needs " + length
                            + " bytes");
        }
        return Optional.of(new Tensor(
                name,
                shape,
                element.get(),
                Tensor.Layout.PLAIN,
                bytes.tensor(data + from, name, shape, element.get())));
    }

    private static Optional<Element> element(String type) {
        return switch (type) {
            case "F64" -> Optional.of(Element.F64);
            case "F32" -> Optional.of(Element.F32);
            case "F16" -> Optional.of(Element.F16);
            case "BF16" -> Optional.of(Element.BF16);
            case "F8_E4M3" -> Optional.of(Element.F8_E4M3);
            case "F8_E5M2" -> Optional.of(Element.F8_E5M2);
            default -> Optional.empty();
        };
    }
}
