package observatory.analysis.spectrum;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Plain numbers above zero, one a line, ascending: eigenvalues from elsewhere, or frequencies of words or documents.
 */
public record Numbers(double[] ascending) {

    /** The numbers of a text file; empty where it holds anything else, or no number above zero. */
    public static Optional<Numbers> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        List<Double> values = new ArrayList<>();
        try (var reader = Files.newBufferedReader(file)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                OptionalDouble value = number(line.strip());
                if (!line.isBlank() && (value.isEmpty() || !Double.isFinite(value.getAsDouble()))) {
                    return Optional.empty();
                }
                value.ifPresent(values::add);
            }
        } catch (MalformedInputException e) {
            return Optional.empty(); // bytes, not text
        }
        double[] ascending = values.stream()
                .mapToDouble(Double::doubleValue)
                .filter(value -> value > 0)
                .sorted()
                .toArray();
        return ascending.length == 0 ? Optional.empty() : Optional.of(new Numbers(ascending));
    }

    /** Whether all of them are counts. */
    public boolean whole() {
        return Arrays.stream(ascending).allMatch(value -> value == Math.rint(value) && value < 1L << 53);
    }

    private static OptionalDouble number(String text) {
        try {
            return OptionalDouble.of(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
