package observatory.probe.host;

import java.util.function.Function;

/** What follows from the result of another reduction. */
record HostDerived<S, R>(HostReduction<S> whole, Function<Object, R> derive) implements HostReduction<R> {
    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        whole.rows(data, from, rows, columns);
    }

    @Override
    public R result() {
        return derive.apply(whole.result());
    }
}
