//! Vectors with one byte a dimension: half of the space of half precision, and as good for finding the nearest.
//!
//! A unit vector is scaled so that its largest value becomes 127 and rounded. Its direction is all that is kept, and all
//! that the cosine asks for; the length of the integers is worked out again when it is needed. Rounding moves a cosine by
//! some 0.0005, a fraction of what lies between one neighbour and the next: see `recall@10` in `make bench`.

/// Names this way of storing vectors; what was stored in another way is made again.
pub const PACKING: &str = "int8 of the largest";

/// The direction of a vector.
pub fn pack(vector: &[f32]) -> Vec<i8> {
    let largest = vector.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    let scale = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    // `as` saturates and makes NaN 0: a model that fails gives vectors that nothing is near to.
    vector.iter().map(|x| (x * scale).round() as i8).collect()
}

/// One divided by the length of the integers; 0 for the vector without direction.
pub fn inverse_length(packed: &[i8]) -> f32 {
    let square: i32 = packed.iter().map(|x| i32::from(*x) * i32::from(*x)).sum();
    if square > 0 {
        1.0 / (square as f32).sqrt()
    } else {
        0.0
    }
}

/// A question's vector, rounded much finer than what it is compared with.
pub struct Probe {
    wide: Vec<i16>,
    inverse_length: f32,
}

impl Probe {
    /// From a vector of any length but 0.
    pub fn of(vector: &[f32]) -> Self {
        let largest = vector.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        // So that no sum of products leaves 32 bits.
        let limit = (i32::MAX / (127 * vector.len().max(1) as i32)).min(i32::from(i16::MAX)) as f32;
        let scale = if largest > 0.0 { limit / largest } else { 0.0 };
        let wide: Vec<i16> = vector.iter().map(|x| (x * scale).round() as i16).collect();
        let length = wide.iter().map(|x| f32::from(*x).powi(2)).sum::<f32>().sqrt();
        let inverse_length = if length > 0.0 { 1.0 / length } else { 0.0 };
        Self { wide, inverse_length }
    }

    /// The cosine to a packed vector whose [`inverse_length`] is known. Written so that the compiler makes vector
    /// instructions of it.
    pub fn cosine(&self, packed: &[i8], inverse_length: f32) -> f32 {
        let products = self.wide.iter().zip(packed);
        let sum: i32 = products.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        sum as f32 * self.inverse_length * inverse_length
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cosine_survives_packing(
            a in prop::collection::vec(-1.0f32..1.0, 384),
            b in prop::collection::vec(-1.0f32..1.0, 384),
        ) {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(x * y)).sum::<f64>();
            let exact = dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt();
            let packed = pack(&b);
            let cosine = Probe::of(&a).cosine(&packed, inverse_length(&packed));
            prop_assert!((f64::from(cosine) - exact).abs() < 0.002, "{cosine} {exact}");
        }
    }

    #[test]
    fn nothing_is_near_to_a_vector_without_direction() {
        let packed = pack(&[0.0, f32::NAN, 0.0]);
        assert_eq!(packed, [0, 0, 0]);
        assert_eq!(
            Probe::of(&[1.0, 0.0, 0.0]).cosine(&packed, inverse_length(&packed)),
            0.0
        );
        assert_eq!(Probe::of(&[0.0; 3]).cosine(&[1, 2, 3], 0.3), 0.0);
    }

    #[test]
    fn the_longest_vectors_do_not_overflow() {
        let ones = vec![1.0f32; 100_000];
        let packed = pack(&ones);
        let cosine = Probe::of(&ones).cosine(&packed, inverse_length(&packed));
        assert!((cosine - 1.0).abs() < 1e-3, "{cosine}");
    }
}
