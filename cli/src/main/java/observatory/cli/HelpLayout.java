package observatory.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_SYNOPSIS;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_SYNOPSIS_HEADING;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;

/**
 * Help as wide as the terminal, broken between words: picocli breaks after the dot of a file's name too, and what is
 * broken there cannot be copied.
 */
final class HelpLayout {
    private static final int STANDARD = 80;
    private static final int NARROWEST = 40;
    private static final int WIDEST = 100;
    private static final int UNBROKEN = 10_000;
    private static final int HANGING = 2;

    /** What stands before the text that may be broken: a name and the gap behind it, or the place of a name. */
    private static final Pattern BEFORE =
            Pattern.compile("Usage: [^\\[]*| *(?:-\\w, )?--\\S+ +| *\\S+(?: \\S+)* {2,}| {8,}");

    private HelpLayout() {}

    /** @param columns of the terminal, as the environment has them; may be absent */
    static void apply(CommandLine line, String columns) {
        int width = columns != null && columns.matches("[1-9]\\d{0,3}")
                ? Math.clamp(Integer.parseInt(columns), NARROWEST, WIDEST)
                : STANDARD;
        line.setUsageHelpWidth(UNBROKEN);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF)); // of no width
        var sections = line.getHelpSectionMap();
        var synopsis = sections.get(SECTION_KEY_SYNOPSIS);
        sections.replaceAll((name, section) -> help -> broken(section.render(help), width));
        sections.put(SECTION_KEY_SYNOPSIS_HEADING, help -> ""); // written with the synopsis, which hangs behind it
        sections.put(SECTION_KEY_SYNOPSIS, help -> broken(help.synopsisHeading() + synopsis.render(help), width));
        line.setHelpSectionMap(sections);
    }

    private static String broken(String text, int width) {
        return text.lines()
                .map(line -> line(line, width) + System.lineSeparator())
                .collect(Collectors.joining());
    }

    private static String line(String line, int width) {
        Matcher before = BEFORE.matcher(line);
        boolean synopsis = line.startsWith("Usage: ");
        int indent = !before.lookingAt() ? 0 : before.end() + (synopsis ? 0 : HANGING);
        StringBuilder out = new StringBuilder();
        String rest = line;
        while (rest.length() > width) {
            int space = rest.lastIndexOf(' ', width);
            if (space <= indent) {
                space = rest.indexOf(' ', indent + 1);
            }
            if (space < 0) {
                break;
            }
            out.append(rest, 0, space).append(System.lineSeparator());
            rest = " ".repeat(indent) + rest.substring(space + 1);
        }
        return out.append(rest).toString();
    }
}
