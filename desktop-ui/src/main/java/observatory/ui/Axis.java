package observatory.ui;

import java.util.Locale;

/**
 * What is written below charts of steps. The charts stay as they are, so that one brush and one
 * crosshair serve them all.
 */
public enum Axis {
    STEPS,
    TOKENS,
    TIME;

    public Axis next() {
        return values()[(ordinal() + 1) % values().length];
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
