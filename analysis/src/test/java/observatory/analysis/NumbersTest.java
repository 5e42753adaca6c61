package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0",
                "-0.0 | 0",
                "65504 | 65,504",
                "99999999 | 99,999,999",
                "123456789 | 1.235e8",
                "12345.6 | 12,350",
                "9999999.5 | 1e7",
                "13.974 | 13.97",
                "2.5 | 2.5",
                "-0.031117 | -0.03112",
                "0.0001 | 0.0001",
                "0.00009999999 | 0.0001",
                "0.00001 | 1e-5",
                "5.76e23 | 5.76e23",
                "NaN | NaN",
                "-Infinity | -Infinity"
            })
    void fourDigitsOrAWholeNumberInFull(double value, String written) {
        assertEquals(written, Numbers.of(value));
    }

    @ParameterizedTest
    @CsvSource({"0.0029761, 0.003", "0.03456, 0.035", "0.00000012, 1.2e-7", "1, 1"})
    void aProbabilityHasTwoDigits(double value, String written) {
        assertEquals(written, Numbers.probability(value));
    }
}
