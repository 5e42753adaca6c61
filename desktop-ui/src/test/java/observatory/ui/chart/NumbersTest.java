package observatory.ui.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 %",
        "3e-5, < 0.01 %",
        "0.000123, 0.01 %",
        "0.0123, 1.23 %",
        "0.99994, 99.99 %",
        "1, 100 %",
        "-0.5, −50 %"
    })
    void aShareIsToldInPercentToTwoDecimals(double share, String told) {
        assertEquals(told, Numbers.percent(share));
    }
}
