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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1234000 | 1000 | 1,234,000",
                "1.00015 | 0.00005 | 1.00015",
                "2e-7 | 1e-7 | 2e−7",
                "-0.25 | 0.05 | −0.25",
                "2500000 | 500000 | 2.5M",
                "300e9 | 50e9 | 300B",
                "1.4e12 | 0.2e12 | 1.4T",
                "1e-20 | 0.1 | 0"
            })
    void aTickDiffersFromTheNext(double value, double stride, String written) {
        assertEquals(written, Numbers.tick(value, stride));
    }

    @ParameterizedTest
    @CsvSource({"-0.031117, −0.03112", "-1234567, '−1,234,567'", "3.21e-7, 3.21e−7"})
    void aNumberIsWrittenAsInAnyTextWithATrueMinus(double value, String written) {
        assertEquals(written, Numbers.of(value));
    }
}
