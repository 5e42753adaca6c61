// The tensor-core operations of tensorcore.cuh, as PTX defines their fragments. Included once for each element type.
inline void loadTiles(unsigned (&r)[4], const Element* row) {
    const Element* rows[32];
    emulation::gather(&row, rows, sizeof row);
    const int lane = emulation::lane();
    for (int tile = 0; tile < 4; tile++) std::memcpy(&r[tile], rows[tile * 8 + lane / 4] + lane % 4 * 2, 4);
}

inline void loadTilesTransposed(unsigned (&r)[4], const Element* row) {
    const Element* rows[32];
    emulation::gather(&row, rows, sizeof row);
    const int lane = emulation::lane();
    for (int tile = 0; tile < 4; tile++) {
        Element pair[2] = {rows[tile * 8 + lane % 4 * 2][lane / 4], rows[tile * 8 + lane % 4 * 2 + 1][lane / 4]};
        std::memcpy(&r[tile], pair, 4);
    }
}

inline void multiplyAdd(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
    struct Fragments {
        Element a[8], b[4];
    };
    Fragments mine, all[32];
    std::memcpy(mine.a, a, sizeof mine.a);
    std::memcpy(mine.b, &b0, 4);
    std::memcpy(mine.b + 2, &b1, 4);
    emulation::gather(&mine, all, sizeof mine);
    const int lane = emulation::lane();
    for (int i = 0; i < 4; i++) {
        const int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
        for (int k = 0; k < 16; k++) {
            const Element left = all[row % 8 * 4 + k % 8 / 2].a[(k / 8 * 2 + row / 8) * 2 + k % 2];
            const Element right = all[column * 4 + k % 8 / 2].b[k / 8 * 2 + k % 2];
            c[i] = std::fma(widen(left), widen(right), c[i]);
        }
    }
}
