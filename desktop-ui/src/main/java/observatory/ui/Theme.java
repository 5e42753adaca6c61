package observatory.ui;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import java.util.Locale;
import observatory.ui.chart.Palette;

/** Light or dark: the widgets' style sheet, and ours with the colours of everything else. */
public enum Theme {
    LIGHT(new PrimerLight().getUserAgentStylesheet()),
    DARK(new PrimerDark().getUserAgentStylesheet());

    private final String widgets;
    private final Palette palette;

    Theme(String widgets) {
        this.widgets = widgets;
        this.palette = Palette.read(ours());
    }

    public String widgets() {
        return widgets;
    }

    /** The path of our style sheet with the colours of this theme. */
    public String ours() {
        return "/observatory/ui/" + name().toLowerCase(Locale.ROOT) + ".css";
    }

    public Palette palette() {
        return palette;
    }

    public Theme other() {
        return this == LIGHT ? DARK : LIGHT;
    }
}
