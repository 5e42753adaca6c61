package observatory.analysis.detector;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** The thresholds that differ from their defaults, by name. Only what {@link #of} has validated gets in. */
public final class Settings {
    public static final Settings DEFAULTS = new Settings(Map.of());

    private final Map<String, Double> changed;

    private Settings(Map<String, Double> changed) {
        this.changed = Map.copyOf(changed);
    }

    /**
     * Settings that differ from the defaults.
     *
     * @throws IllegalArgumentException naming the setting, its rule and the next step, where one is unknown
     * or out of range
     */
    public static Settings of(Map<String, Double> changed, Collection<Setting> known) {
        Map<String, Setting> byName = new TreeMap<>();
        known.forEach(setting -> byName.put(setting.name(), setting));
        changed.forEach((name, value) -> {
            Setting setting = byName.get(name);
            if (setting == null) {
                throw new IllegalArgumentException("there is no setting " + name + "; did you mean "
                        + nearest(name, byName.keySet()) + "? `observatory rules list` shows all");
            }
            if (!setting.range().holds(value)) {
                throw new IllegalArgumentException("setting %s must lie in %s to %s: %s; its default is %s"
                        .formatted(
                                name,
                                Words.number(setting.range().low()),
                                Words.number(setting.range().high()),
                                Words.number(value),
                                Words.number(setting.preset())));
            }
        });
        return new Settings(changed);
    }

    public double get(Setting setting) {
        return changed.getOrDefault(setting.name(), setting.preset());
    }

    public int count(Setting setting) {
        return (int) Math.rint(get(setting));
    }

    private static String nearest(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .orElse("none");
    }

    /** Edits that turn one word into the other (Levenshtein). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int kept = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(kept, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
