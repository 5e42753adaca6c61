package observatory.ui.chart;

import java.util.Locale;

/**
 * How values become heights. Logarithmic scales leave out what is not above zero; symmetric ones are linear within
 * {@code threshold} of zero and logarithmic beyond it on both sides.
 */
public record Scale(Kind kind, double threshold) {
    /** The kinds, in the order in which a key steps through them. */
    public enum Kind {
        LINEAR,
        LOG,
        SYMLOG;

        public Kind next() {
            return values()[(ordinal() + 1) % values().length];
        }

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final Scale LINEAR = new Scale(Kind.LINEAR, 1);
    public static final Scale LOG = new Scale(Kind.LOG, 1);

    /** The scale of a kind that suits values of up to this magnitude. */
    public static Scale of(Kind kind, double greatestMagnitude) {
        return switch (kind) {
            case LINEAR -> LINEAR;
            case LOG -> LOG;
            case SYMLOG -> new Scale(Kind.SYMLOG, greatestMagnitude > 0 ? greatestMagnitude * 1e-4 : 1);
        };
    }

    /** The height of a value; NaN where the scale has none for it. */
    public double position(double value) {
        return switch (kind) {
            case LINEAR -> value;
            case LOG -> value > 0 ? Math.log10(value) : Double.NaN;
            case SYMLOG -> Math.signum(value) * Math.log10(1 + Math.abs(value) / threshold);
        };
    }

    public double value(double position) {
        return switch (kind) {
            case LINEAR -> position;
            case LOG -> Math.pow(10, position);
            case SYMLOG -> Math.signum(position) * threshold * (Math.pow(10, Math.abs(position)) - 1);
        };
    }
}
