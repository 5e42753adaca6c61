package observatory.ui.chart;

import java.util.Arrays;

/**
 * A picture in memory and the few shapes that charts are made of, drawn with smooth edges: pixels are opaque ARGB,
 * row after row from the top. Colours may be translucent; positions are in pixels, their centres at .5.
 */
public final class Raster {
    private final int width;
    private final int height;
    private final int[] pixels;

    public Raster(int width, int height, int[] pixels) {
        if (width < 1 || height < 1 || pixels.length < width * height) {
            throw new IllegalArgumentException("a raster needs width * height pixels: width=" + width + ", height="
                    + height + ", pixels=" + pixels.length);
        }
        this.width = width;
        this.height = height;
        this.pixels = pixels;
    }

    public static Raster of(int width, int height) {
        return new Raster(width, height, new int[width * height]);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public int pixel(int x, int y) {
        return pixels[y * width + x];
    }

    /** Takes over the pixels of another raster of the same size. */
    void copy(Raster other) {
        System.arraycopy(other.pixels, 0, pixels, 0, width * height);
    }

    public void clear(int argb) {
        Arrays.fill(pixels, 0, width * height, argb);
    }

    /** Lays a colour over one pixel, as far as it covers it (0 to 1); outside nothing happens. */
    public void blend(int x, int y, int argb, double cover) {
        if (x < 0 || y < 0 || x >= width || y >= height) {
            return;
        }
        int weight = (int) (cover * (argb >>> 24) + 0.5);
        if (weight <= 0) {
            return;
        }
        int at = y * width + x;
        pixels[at] = weight >= 255 ? argb | 0xff00_0000 : mix(pixels[at], argb, weight);
    }

    /** Part of the way, of 255, from one colour to another; opaque. */
    static int mix(int from, int to, int weight) {
        int rest = 255 - weight;
        int red = ((from >> 16 & 255) * rest + (to >> 16 & 255) * weight + 127) / 255;
        int green = ((from >> 8 & 255) * rest + (to >> 8 & 255) * weight + 127) / 255;
        int blue = ((from & 255) * rest + (to & 255) * weight + 127) / 255;
        return 0xff00_0000 | red << 16 | green << 8 | blue;
    }

    /** A column of one pixel's width, from one height to another, with smooth ends. */
    public void column(int x, double top, double bottom, int argb) {
        if (x < 0 || x >= width || !(bottom > 0) || !(top < height)) {
            return;
        }
        double from = Math.max(0, top);
        double to = Math.min(height, bottom);
        int first = (int) from;
        int last = (int) Math.ceil(to) - 1;
        for (int y = first; y <= last; y++) {
            blend(x, y, argb, Math.min(y + 1, to) - Math.max(y, from));
        }
    }

    public void fill(double left, double top, double right, double bottom, int argb) {
        int last = (int) Math.min(width, Math.ceil(right));
        for (int x = (int) Math.max(0, Math.floor(left)); x < last; x++) {
            double cover = Math.min(x + 1, right) - Math.max(x, left);
            column(x, top, bottom, cover >= 1 ? argb : faded(argb, cover));
        }
    }

    /** The colour, more translucent. */
    public static int faded(int argb, double share) {
        return (int) ((argb >>> 24) * share + 0.5) << 24 | argb & 0xff_ffff;
    }

    /** A straight line of some thickness with smooth edges. */
    public void line(double x0, double y0, double x1, double y1, double thickness, int argb) {
        double dx = x1 - x0;
        double dy = y1 - y0;
        if (Math.abs(dx) >= Math.abs(dy)) {
            if (x1 < x0) {
                line(x1, y1, x0, y0, thickness, argb);
                return;
            }
            double slope = dx == 0 ? 0 : dy / dx;
            double half = thickness / 2 * Math.hypot(1, slope);
            int last = (int) Math.min(width, Math.ceil(x1));
            for (int x = (int) Math.max(0, Math.floor(x0)); x < last; x++) {
                double cover = Math.min(x + 1, x1) - Math.max(x, x0);
                double y = y0 + slope * (Math.clamp(x + 0.5, x0, x1) - x0);
                column(x, y - half, y + half, cover >= 1 ? argb : faded(argb, cover));
            }
        } else {
            if (y1 < y0) {
                line(x1, y1, x0, y0, thickness, argb);
                return;
            }
            double slope = dx / dy;
            double half = thickness / 2 * Math.hypot(1, slope);
            int last = (int) Math.min(height, Math.ceil(y1));
            for (int y = (int) Math.max(0, Math.floor(y0)); y < last; y++) {
                double cover = Math.min(y + 1, y1) - Math.max(y, y0);
                double x = x0 + slope * (Math.clamp(y + 0.5, y0, y1) - y0);
                row(y, x - half, x + half, cover >= 1 ? argb : faded(argb, cover));
            }
        }
    }

    private void row(int y, double left, double right, int argb) {
        int last = (int) Math.min(width, Math.ceil(right));
        for (int x = (int) Math.max(0, Math.floor(left)); x < last; x++) {
            blend(x, y, argb, Math.min(x + 1, right) - Math.max(x, left));
        }
    }

    public void disc(double x, double y, double radius, int argb) {
        int last = (int) Math.ceil(x + radius);
        for (int column = (int) Math.floor(x - radius); column <= last; column++) {
            int bottom = (int) Math.ceil(y + radius);
            for (int row = (int) Math.floor(y - radius); row <= bottom; row++) {
                double distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
                blend(column, row, argb, Math.clamp(radius - distance + 0.5, 0, 1));
            }
        }
    }

    /** A filled triangle with its tip up, or down where {@code size} is negative; centred. */
    public void triangle(double x, double y, double size, int argb) {
        double half = Math.abs(size) / 2;
        for (int column = (int) Math.floor(x - half); column <= x + half; column++) {
            double away = Math.abs(column + 0.5 - x) / half;
            if (away < 1) {
                double slope = (2 * away - 1) * half; // height of the edge above this column, from the centre
                if (size > 0) {
                    column(column, y + slope, y + half, argb);
                } else {
                    column(column, y - half, y - slope, argb);
                }
            }
        }
    }

    /** A cross: what was no number. */
    public void cross(double x, double y, double size, double thickness, int argb) {
        double half = size / 2;
        line(x - half, y - half, x + half, y + half, thickness, argb);
        line(x - half, y + half, x + half, y - half, thickness, argb);
    }
}
