package observatory.analysis.detector;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import observatory.analysis.Numbers;
import observatory.probe.NearestName;

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
                throw new IllegalArgumentException("there is no setting " + name
                        + NearestName.question(name, byName.keySet()) + " `observatory rules list` shows all");
            }
            if (!setting.range().holds(value)) {
                throw new IllegalArgumentException("setting %s must lie in %s to %s: %s; its default is %s"
                        .formatted(
                                name,
                                Numbers.of(setting.range().low()),
                                Numbers.of(setting.range().high()),
                                Numbers.of(value),
                                Numbers.of(setting.preset())));
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
}
