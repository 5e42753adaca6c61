package observatory.probe;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The name somebody may have meant: one that contains what was written, else the one with the fewest letters to insert,
 * delete or replace (Levenshtein), where they are no more than half of them.
 */
public final class NearestName {
    private NearestName() {}

    public static Optional<String> to(String asked, Collection<String> names) {
        return names.stream()
                .filter(name ->
                        name.contains(asked) || 2 * distance(asked, name) <= Math.max(asked.length(), name.length()))
                .min(Comparator.comparing((String name) -> !name.contains(asked))
                        .thenComparing(name -> distance(asked, name)));
    }

    /** Goes on from a refusal: asks whether the likeliest name was meant, where one is like it, and ends its sentence. */
    public static String question(String asked, Collection<String> names) {
        return to(asked, names).map(name -> "; did you mean " + name + "?").orElse(";");
    }

    /** A refusal that names what was asked for, the likeliest name, and where all of them stand. */
    public static String refusal(String asked, List<String> names) {
        return "no probe is called " + asked
                + (names.isEmpty()
                        ? "; this trainer has no catalogue of probes"
                        : question(asked, names) + " `observatory probes list` names all");
    }

    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
