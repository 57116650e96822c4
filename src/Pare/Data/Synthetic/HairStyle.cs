namespace Pare.Data.Synthetic;

/// <summary>The shape of the hair or hat: where it begins on the head, how far it stands off, and how long it hangs.</summary>
/// <param name="Front">Height of the hairline above the forehead; below the skull's top for bald heads.</param>
/// <param name="Temple">How much lower the hairline is at the temples than in the middle; negative recedes.</param>
/// <param name="Part">Where it is parted: an angle around the head.</param>
/// <param name="Side">How far down the hair grows before the ears.</param>
/// <param name="Nape">How far down behind them.</param>
/// <param name="Volume">How far it stands off the skull.</param>
/// <param name="Length">Height at which hanging hair ends, or 0.</param>
/// <param name="Opening">Angle around the head at which hanging hair begins.</param>
/// <param name="Wave">Strength of locks.</param>
/// <param name="Hat">0 none, 1 a knitted hat, 2 one with a peak.</param>
internal sealed record HairStyle(float Front, float Temple, float Part, float Side, float Nape, float Volume, float Length, float Opening, float Wave, int Hat)
{
    private const float Bald = -9;

    public static HairStyle Draw(ref RandomStream random)
    {
        var kind = random.Uniform();
        var hat = random.Uniform() < 0.07 ? 1 + random.Below(2) : 0;
        var front = (float)random.Uniform(-2.15, -1.65);
        if (kind < 0.08) front = Bald;
        else if (kind < 0.16) front = (float)random.Uniform(-3.1, -2.4);
        else if (kind > 0.7 && random.Uniform() < 0.35) front = (float)random.Uniform(-1.15, -0.75);
        var volume = kind < 0.2 ? (float)random.Uniform(0.02, 0.08) : (float)random.Uniform(0.1, 0.5);
        var isLong = kind > 0.55;
        return new HairStyle(
            front,
            (float)random.Uniform(-0.4, 0.5),
            (float)random.Uniform(-35, 35),
            front == Bald ? Bald : (float)random.Uniform(-0.2, 0.9),
            front == Bald ? Bald : (float)random.Uniform(1.2, 2),
            hat > 0 ? (float)random.Uniform(0.1, 0.25) : volume,
            isLong && front != Bald ? (float)random.Uniform(2, 6) : 0,
            (float)random.Uniform(55, 85),
            (float)random.Uniform(0.2, 1),
            hat);
    }

    /// <summary>The height at which hair begins, at an angle around the head.</summary>
    public float Line(float angle)
    {
        var a = Math.Abs(angle);
        var front = Front + (Temple * a * a / 2500) - (0.25f * FaceMath.Bump(angle - Part, 0, 22, 1));
        var side = FaceMath.Lerp(front, Math.Max(Side, front), FaceMath.Step(54, 70, a));
        return FaceMath.Lerp(side, Math.Max(Nape, side), FaceMath.Step(92, 110, a));
    }

    /// <summary>The same for the hat.</summary>
    public static float HatLine(float angle) => -1.25f + (0.35f * FaceMath.Step(40, 120, Math.Abs(angle)));

    /// <summary>How far hair or hat stand off the skull.</summary>
    public float Lift(float angle, float y)
    {
        var hair = Volume * FaceMath.Step(-0.1f, 0.9f, Line(angle) - y);
        return Hat > 0 ? Math.Max(hair * FaceMath.Step(-0.1f, 0.4f, y - HatLine(angle)), 0.22f * FaceMath.Step(-0.02f, 0.1f, HatLine(angle) - y)) : hair;
    }
}
