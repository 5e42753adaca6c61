package observatory.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.OptionalLong;
import observatory.probe.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeepLinkTest {
    @Test
    void aLinkNamesARunAStepALayerAndAScreen() {
        String text = "observatory://run/gpt-1b-7?step=4211&layer=17&view=precision";
        DeepLink link = DeepLink.parse(text);
        assertEquals(
                new DeepLink(
                        new RunId("gpt-1b-7"), OptionalLong.of(4211), OptionalLong.of(17), Optional.of("precision")),
                link);
        assertEquals(text, link.toString());
    }

    @Test
    void whatItDoesNotKnowIsPassedOver() {
        assertEquals(
                OptionalLong.empty(),
                DeepLink.parse("observatory://run/a?future=1").step());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "observatory://run/",
                "observatory://runs/a",
                "http://run/a",
                "observatory://run/a?step=x",
                "observatory://run/a b",
                "observatory://run/%3Cscript%3E"
            })
    void whatIsNoneIsRefusedInOneLine(String text) {
        assertThrows(IllegalArgumentException.class, () -> DeepLink.parse(text));
    }
}
