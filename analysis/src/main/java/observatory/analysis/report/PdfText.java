package observatory.analysis.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Text for the standard fonts of PDF, which know the characters of Windows-1252 and no others, and its lines. */
final class PdfText {
    private static final Map<Character, String> SPELLED = Map.of(
            '≥', ">=", '≤', "<=", 'σ', "sigma", 'λ', "lambda", 'α', "alpha", '√', "sqrt", '‖', "||", '→', "->", '−',
            "-");

    private PdfText() {}

    /** What cannot be printed is spelled, or replaced by a question mark. */
    static String printable(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean latin =
                    c >= ' ' && c < 127 || c >= 160 && c <= 255 || "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".indexOf(c) >= 0;
            plain.append(latin ? String.valueOf(c) : SPELLED.getOrDefault(c, c < ' ' ? " " : "?"));
        }
        return plain.toString();
    }

    /** Breaks text at blanks so that no line is wider; a word that is wider alone is cut. */
    static List<String> lines(String text, PdfStyle style, float width) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : printable(text).split(" +")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (width(longer, style) <= width) {
                line.setLength(0);
                line.append(longer);
                continue;
            }
            if (!line.isEmpty()) {
                lines.add(line.toString());
                line.setLength(0);
            }
            String rest = word;
            while (width(rest, style) > width && rest.length() > 1) {
                int fits = rest.length() - 1;
                while (fits > 1 && width(rest.substring(0, fits), style) > width) {
                    fits--;
                }
                lines.add(rest.substring(0, fits));
                rest = rest.substring(fits);
            }
            line.append(rest);
        }
        lines.add(line.toString());
        return lines;
    }

    private static float width(String text, PdfStyle style) throws IOException {
        return style.font().getStringWidth(text) / 1000 * style.size();
    }
}
