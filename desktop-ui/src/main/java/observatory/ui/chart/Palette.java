package observatory.ui.chart;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The colours of a theme by name, read from its style sheet, where they stand once for nodes and charts alike. All are
 * opaque ARGB.
 */
public record Palette(Map<String, Integer> colours) {
    private static final Pattern COLOUR = Pattern.compile("-obs-([a-z0-9-]+):\\s*#([0-9a-fA-F]{6})\\s*;");
    private static final int SERIES = 7;

    public Palette {
        colours = Map.copyOf(colours);
    }

    /** The colours that a style sheet on the class path defines as {@code -obs-name: #rrggbb;}. */
    public static Palette read(String styleSheet) {
        try (InputStream in = Palette.class.getResourceAsStream(styleSheet)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no style sheet " + styleSheet);
            }
            Map<String, Integer> colours = new TreeMap<>();
            Matcher matcher = COLOUR.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            while (matcher.find()) {
                colours.put(matcher.group(1), 0xff00_0000 | Integer.parseInt(matcher.group(2), 16));
            }
            return new Palette(colours);
        } catch (IOException e) {
            throw new UncheckedIOException(styleSheet + " cannot be read", e);
        }
    }

    public int get(String name) {
        Integer colour = colours.get(name);
        if (colour == null) {
            throw new IllegalArgumentException("the theme has no colour " + name + "; it has " + colours.keySet());
        }
        return colour;
    }

    /** The colour of the n-th line of a chart, from 0; after seven they come again. */
    public int series(int number) {
        return get("series-" + (1 + Math.floorMod(number, SERIES)));
    }
}
