package observatory.ui.chart;

/**
 * The colours of heat maps: cividis (Nuñez, Anderton and Renslow, PLOS ONE 2018), which looks the same to people with
 * and without a colour vision deficiency and grows evenly in brightness.
 */
public final class Cividis {
    private static final int[] ANCHORS = {
        0x00224e, 0x123570, 0x3b496c, 0x575d6d, 0x707173, 0x8a8678, 0xa59c74, 0xc3b369, 0xe1cc55, 0xfee838
    };
    private static final int SHADES = 256;
    private static final int[] TABLE = new int[SHADES];

    static {
        for (int i = 0; i < SHADES; i++) {
            double at = (double) i / (SHADES - 1) * (ANCHORS.length - 1);
            int below = Math.min((int) at, ANCHORS.length - 2);
            TABLE[i] = Raster.mix(ANCHORS[below], ANCHORS[below + 1], (int) Math.round(255 * (at - below)));
        }
    }

    private Cividis() {}

    /** The colour of a share from 0, dark, to 1, bright. */
    public static int of(double share) {
        return TABLE[(int) (Math.clamp(share, 0, 1) * (SHADES - 1) + 0.5)];
    }
}
