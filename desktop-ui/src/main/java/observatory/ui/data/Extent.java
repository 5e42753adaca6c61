package observatory.ui.data;

/**
 * What a stretch of a series comes to: least, greatest and last finite value, and whether anything in it was NaN,
 * infinite or absent. Reused by its reader from stretch to stretch, so that drawing allocates nothing.
 */
public final class Extent {
    static final int FINITE = 1;
    static final int NAN = 2;
    static final int PLUS_INFINITY = 4;
    static final int MINUS_INFINITY = 8;
    static final int ABSENT = 16;

    private float min;
    private float max;
    private float last;
    private int flags;

    public Extent clear() {
        min = Float.POSITIVE_INFINITY;
        max = Float.NEGATIVE_INFINITY;
        last = Float.NaN;
        flags = 0;
        return this;
    }

    /** Takes in one value of a series. */
    public void add(float value) {
        if (Math.abs(value) <= Float.MAX_VALUE) {
            add(value, value, value, FINITE);
        } else if (value == Float.POSITIVE_INFINITY) {
            flags |= PLUS_INFINITY;
        } else if (value == Float.NEGATIVE_INFINITY) {
            flags |= MINUS_INFINITY;
        } else {
            flags |= Series.isAbsent(value) ? ABSENT : NAN;
        }
    }

    void add(float least, float greatest, float latest, int also) {
        if ((also & FINITE) != 0) {
            min = Math.min(min, least);
            max = Math.max(max, greatest);
            last = latest;
        }
        flags |= also;
    }

    /** Whether anything at all was measured. */
    boolean anyPresent() {
        return (flags & ~ABSENT) != 0;
    }

    public float min() {
        return min;
    }

    public float max() {
        return max;
    }

    /** The last finite value; NaN where there was none. */
    public float last() {
        return last;
    }

    int flags() {
        return flags;
    }

    public boolean hasFinite() {
        return (flags & FINITE) != 0;
    }

    public boolean hasNaN() {
        return (flags & NAN) != 0;
    }

    public boolean hasPlusInfinity() {
        return (flags & PLUS_INFINITY) != 0;
    }

    public boolean hasMinusInfinity() {
        return (flags & MINUS_INFINITY) != 0;
    }

    /** Whether nothing at all was measured. */
    public boolean empty() {
        return (flags & ~ABSENT) == 0;
    }
}
