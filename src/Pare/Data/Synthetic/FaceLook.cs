using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>Everything about a face that is colour, hair or dress. Colours are linear light, 0 to 1.</summary>
internal sealed record FaceLook
{
    // From the palest to the darkest skin, as displayed.
    private static readonly Vector3[] Tones =
    [
        new(0.97f, 0.85f, 0.78f), new(0.93f, 0.76f, 0.66f), new(0.87f, 0.68f, 0.55f), new(0.78f, 0.58f, 0.44f),
        new(0.66f, 0.46f, 0.33f), new(0.51f, 0.34f, 0.23f), new(0.37f, 0.24f, 0.165f), new(0.26f, 0.165f, 0.12f),
    ];

    private static readonly Vector3[] HairColours =
    [
        new(0.07f, 0.06f, 0.06f), new(0.12f, 0.09f, 0.075f), new(0.21f, 0.14f, 0.1f), new(0.33f, 0.22f, 0.14f), new(0.5f, 0.36f, 0.21f),
        new(0.72f, 0.57f, 0.36f), new(0.85f, 0.74f, 0.53f), new(0.5f, 0.23f, 0.12f), new(0.5f, 0.49f, 0.47f), new(0.78f, 0.77f, 0.75f),
    ];

    private static readonly Vector3[] IrisColours = [new(0.2f, 0.11f, 0.06f), new(0.13f, 0.08f, 0.05f), new(0.34f, 0.23f, 0.1f), new(0.33f, 0.45f, 0.58f), new(0.36f, 0.46f, 0.33f), new(0.5f, 0.53f, 0.55f)];

    /// <summary>Fixes every texture.</summary>
    public required uint Seed { get; init; }

    public required Vector3 Skin { get; init; }

    public required Vector3 Lips { get; init; }

    public required Vector3 Hair { get; init; }

    public required Vector3 BrowHair { get; init; }

    public required Vector3 Iris { get; init; }

    public required Vector3 Cloth { get; init; }

    public required Vector3 Hat { get; init; }

    public required float Blush { get; init; }

    public required float Wrinkles { get; init; }

    public required float Spots { get; init; }

    /// <summary>Make-up on lids, 0 to 1.</summary>
    public required float Liner { get; init; }

    /// <summary>Where the eyes look: -1 to 1 in x and y.</summary>
    public required Vector2 Gaze { get; init; }

    /// <summary>0 none to 1 full.</summary>
    public required float Beard { get; init; }

    public required float Moustache { get; init; }

    public required HairStyle Style { get; init; }

    /// <summary>Null without glasses.</summary>
    public required Glasses? Glasses { get; init; }

    public static FaceLook Draw(ref RandomStream random)
    {
        var tone = random.Uniform(0, Tones.Length - 1.001);
        var skin = Vector3.Lerp(Tones[(int)tone], Tones[(int)tone + 1], (float)(tone - (int)tone)) * (new Vector3(1) + (0.05f * Jitter(ref random)));
        var hair = HairColours[tone > 3.5 && random.Uniform() < 0.8 ? random.Below(3) : random.Below(HairColours.Length)] * (float)random.Uniform(0.8, 1.25);
        if (random.Uniform() < 0.03) hair = Any(ref random);
        var isPainted = random.Uniform() < 0.3;
        var lips = isPainted
            ? Vector3.Lerp(skin, new Vector3((float)random.Uniform(0.45, 0.85), 0.12f, (float)random.Uniform(0.12, 0.35)), (float)random.Uniform(0.4, 0.95))
            : skin * new Vector3((float)random.Uniform(0.86, 1.02), (float)random.Uniform(0.62, 0.82), (float)random.Uniform(0.66, 0.86));
        var hasBeard = !isPainted && random.Uniform() < 0.35;
        return new FaceLook
        {
            Seed = (uint)random.Next(),
            Skin = Linear(skin),
            Lips = Linear(lips),
            Hair = Linear(hair),
            BrowHair = Linear(Vector3.Lerp(hair * 0.8f, skin * 0.35f, (float)random.Uniform(0, 0.6))),
            Iris = Linear(IrisColours[tone > 3 ? random.Below(3) : random.Below(IrisColours.Length)]),
            Cloth = Linear(Any(ref random)),
            Hat = Linear(Any(ref random)),
            Blush = (float)random.Uniform(0, 0.5),
            Wrinkles = random.Uniform() < 0.4 ? (float)random.Uniform(0.3, 1) : (float)random.Uniform(0, 0.3),
            Spots = random.Uniform() < 0.2 ? (float)random.Uniform(0.3, 1) : 0,
            Liner = isPainted ? (float)random.Uniform(0.3, 1) : (float)random.Uniform(0, 0.3),
            Gaze = new((float)random.Bell() * 0.35f, (float)random.Bell() * 0.2f),
            Beard = hasBeard && random.Uniform() < 0.75 ? (float)random.Uniform(0.2, 1) : 0,
            Moustache = hasBeard ? (float)random.Uniform(0.2, 1) : 0,
            Style = HairStyle.Draw(ref random),
            Glasses = random.Uniform() < 0.2 ? Glasses.Draw(ref random) : null,
        };
    }

    /// <summary>The share of light that a displayed colour stands for; squares stand in for the exact curve.</summary>
    public static Vector3 Linear(Vector3 shown) => Vector3.Clamp(shown * shown, Vector3.Zero, Vector3.One);

    public static Vector3 Any(ref RandomStream random)
    {
        var grey = (float)random.Uniform(0.05, 0.9);
        return Vector3.Clamp(new Vector3(grey) + ((float)random.Uniform(0, 0.35) * Jitter(ref random)), new(0.02f), new(0.97f));
    }

    private static Vector3 Jitter(ref RandomStream random) => new((float)random.Uniform(-1, 1), (float)random.Uniform(-1, 1), (float)random.Uniform(-1, 1));
}
