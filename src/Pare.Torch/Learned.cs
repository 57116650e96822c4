namespace Pare.Torch;

/// <summary>What of a graph with QuantizeLinear and DequantizeLinear training may change.</summary>
public enum Learned
{
    /// <summary>Floats alone; codes, scales and zero points stay.</summary>
    Floats,

    /// <summary>Weights and biases in codes too.</summary>
    Codes,

    /// <summary>Scales and zero points as well (Esser et al., LSQ, 2020; Bhalgat et al., LSQ+, 2020).</summary>
    CodesAndScales,
}
