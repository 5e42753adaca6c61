package observatory.analysis.spectrum.file;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one NumPy array (numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3): magic,
 * version, length and text of a header that is a Python dict of three entries, then the elements.
 */
final class Npy {
    private static final String MAGIC = "\u0093NUMPY";
    private static final Pattern TYPE = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([<>|=]?)([a-zA-Z]\\d+)['\"]");
    private static final Pattern ORDER = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([\\d,\\sL]*)\\)");

    private Npy() {}

    static boolean recognise(Bytes bytes) {
        if (bytes.size() < MAGIC.length()) {
            return false;
        }
        for (int i = 0; i < MAGIC.length(); i++) {
            if (bytes.unsignedByte(i) != MAGIC.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The array; empty where its elements are no floating-point numbers. */
    static Optional<Tensor> read(Bytes bytes, String name) {
        if (!recognise(bytes)) {
            throw bytes.bad(0, name + " is no NumPy array");
        }
        int version = bytes.unsignedByte(6);
        int width = version == 1 ? 2 : 4;
        long length = 0;
        for (int i = width - 1; i >= 0; i--) {
            length = length << 8 | bytes.unsignedByte(8 + i);
        }
        long data = 8 + width + length;
        String header = bytes.text(8 + width, length, "the header of " + name);
        Matcher type = find(TYPE, header, bytes, "descr");
        Optional<Element> element = element(type.group(2));
        if (element.isEmpty()) {
            return Optional.empty();
        }
        boolean fortran = find(ORDER, header, bytes, "fortran_order").group(1).equals("True");
        List<Long> shape = new ArrayList<>();
        for (String extent : find(SHAPE, header, bytes, "shape").group(1).split("[,\\sL]+")) {
            if (!extent.isBlank()) {
                shape.add(extent(extent, bytes));
            }
        }
        Tensor.Layout layout = new Tensor.Layout(
                type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN, fortran, false);
        return Optional.of(
                new Tensor(name, shape, element.get(), layout, bytes.tensor(data, name, shape, element.get())));
    }

    private static long extent(String digits, Bytes bytes) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw bytes.bad(8, "the header has an extent beyond any memory: " + digits);
        }
    }

    private static Matcher find(Pattern pattern, String header, Bytes bytes, String what) {
        Matcher found = pattern.matcher(header);
        if (!found.find()) {
            throw bytes.bad(8, "the header has no " + what + " that can be read");
        }
        return found;
    }

    private static Optional<Element> element(String code) {
        return switch (code) {
            case "f8" -> Optional.of(Element.F64);
            case "f4" -> Optional.of(Element.F32);
            case "f2" -> Optional.of(Element.F16);
            default -> Optional.empty();
        };
    }
}
