package observatory.analysis.spectrum;

import java.util.Optional;

/**
 * One row of the table: a layer's spectrum, its fits, and whether they may be believed.
 *
 * @param fit with a floor relative to the largest eigenvalue, so that the unit of the weights does not matter
 * @param weightWatcher the fit as WeightWatcher makes it, with its absolute floor of 1e-5
 */
public record LayerSpectrum(
        Layer layer,
        Spectrum spectrum,
        Optional<PowerLaw> fit,
        Optional<PowerLaw> weightWatcher,
        Optional<MarchenkoPastur> bulk,
        Erg erg,
        Gate gate) {
    private static final double FLOOR = 1e-10;
    private static final double ABSOLUTE_FLOOR = 1e-5;
    private static final double OVER_TRAINED = 2;
    private static final double UNDER_TRAINED = 6;

    public static LayerSpectrum of(Layer layer, Spectrum spectrum) {
        double[] values = spectrum.values();
        double floor = FLOOR * spectrum.largest();
        Optional<PowerLaw> fit = PowerLaw.fit(values, floor, PowerLaw.Upper.OPEN);
        boolean same = values[0] > Math.max(floor, ABSOLUTE_FLOOR);
        return new LayerSpectrum(
                layer,
                spectrum,
                fit,
                same ? fit : PowerLaw.fit(values, ABSOLUTE_FLOOR, PowerLaw.Upper.OPEN),
                MarchenkoPastur.fit(values, layer.n(), layer.m()),
                Erg.of(values),
                Gate.of(layer, spectrum, fit));
    }

    /** The exponent, where it may be believed. */
    public Optional<PowerLaw> believed() {
        return fit.filter(law -> gate.shape() == Gate.Shape.POWER_LAW);
    }

    /** WeightWatcher's word for an exponent outside 2 to 6; none where the exponent may not be believed. */
    public Optional<String> warning() {
        return believed().map(LayerSpectrum::warning).filter(word -> !word.isEmpty());
    }

    static String warning(PowerLaw law) {
        return law.alpha() < OVER_TRAINED ? "over-trained" : law.alpha() > UNDER_TRAINED ? "under-trained" : "";
    }
}
