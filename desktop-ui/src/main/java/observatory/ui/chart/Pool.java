package observatory.ui.chart;

import observatory.ui.data.Extent;

/** What a cell of a heat map shows of the many values that fall into it: the end at which trouble is. */
public enum Pool {
    GREATEST("greatest"),
    LEAST("least"),
    LAST("last");

    private final String label;

    Pool(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    @Override
    public String toString() {
        return label;
    }

    float of(Extent extent) {
        return switch (this) {
            case GREATEST -> extent.max();
            case LEAST -> extent.min();
            case LAST -> extent.last();
        };
    }

    /** The one of two shades that is seen where both share a pixel. */
    double of(double one, double other) {
        return this == LEAST ? Math.min(one, other) : Math.max(one, other);
    }
}
