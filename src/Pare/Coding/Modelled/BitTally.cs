namespace Pare.Coding.Modelled;

/// <summary>Counts the bits that modelled coding spends: in all, and for saying where values are.</summary>
internal sealed class BitTally
{
    public double Bits { get; private set; }
    public double PositionBits { get; private set; }

    /// <summary>True while positions are coded.</summary>
    public bool IsPosition { get; set; }

    /// <summary>Adds the cost of a bit that had the given probability in 1/65536.</summary>
    public void Add(int probability)
    {
        var bits = 16 - Math.Log2(probability);
        Bits += bits;
        if (IsPosition) PositionBits += bits;
    }
}
