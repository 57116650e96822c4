namespace Pare.Data.Synthetic;

/// <summary>
/// The measures of one head and its expression. The unit is half the distance of the eyes' centres, some 31 mm; x points right in the
/// picture, y down, z toward the viewer; the eyes are at (±1, 0). The means follow the mean face of 300-W.
/// </summary>
internal sealed record FaceShape
{
    /// <summary>Half the width at the cheekbones.</summary>
    public required float Width { get; init; }

    /// <summary>Height of the chin's lowest point.</summary>
    public required float Chin { get; init; }

    /// <summary>Factor of the jaw's width: below 1 a pointed chin, above 1 a square one.</summary>
    public required float Jaw { get; init; }

    /// <summary>Height of the top of the skull; negative.</summary>
    public required float Top { get; init; }

    public required float NoseTip { get; init; }

    public required float NoseBase { get; init; }

    /// <summary>Half the width of the nose at its wings.</summary>
    public required float NoseWidth { get; init; }

    /// <summary>How far the tip of the nose stands out.</summary>
    public required float NoseHeight { get; init; }

    public required float EyeWidth { get; init; }

    public required float UpperLid { get; init; }

    public required float LowerLid { get; init; }

    /// <summary>How much higher the outer corner of an eye is, for each unit of x.</summary>
    public required float EyeTilt { get; init; }

    public required float BrowY { get; init; }

    public required float BrowArch { get; init; }

    public required float BrowTilt { get; init; }

    public required float Brow { get; init; }

    public required float MouthY { get; init; }

    public required float MouthWidth { get; init; }

    public required float UpperLip { get; init; }

    public required float LowerLip { get; init; }

    /// <summary>Depth of eye sockets and strength of brow ridge, 0 to 1.</summary>
    public required float Bones { get; init; }

    /// <summary>Fullness of the cheeks, -1 to 1.</summary>
    public required float Cheeks { get; init; }

    /// <summary>How far the jaw is dropped.</summary>
    public required float Open { get; init; }

    /// <summary>-1 sad to 1 a broad smile.</summary>
    public required float Smile { get; init; }

    /// <summary>0 open eyes, 1 closed ones.</summary>
    public required float Blink { get; init; }

    public static FaceShape Draw(ref RandomStream random)
    {
        var width = Around(ref random, 2.06f, 0.07f);
        var chin = Around(ref random, 3.25f, 0.16f);
        var (expression, smiles) = (random.Uniform(), random.Uniform() < 0.55);
        var smile = smiles ? (float)random.Uniform(0.3, 1) : (float)random.Uniform(-0.5, 0.3);
        var open = expression < 0.5 ? 0 : expression < 0.85 ? (float)random.Uniform(0.05, 0.4) : (float)random.Uniform(0.3, 1.05);
        var surprise = open > 0.5 ? (float)random.Uniform(0, 0.2) : 0;
        var raise = (float)random.Uniform(-0.1, 0.12) + surprise;
        var blink = random.Uniform() < 0.1 ? (float)random.Uniform(0.6, 1) : (float)random.Uniform(0, 0.25);
        var noseBase = chin * Around(ref random, 0.415f, 0.015f);
        return new FaceShape
        {
            Width = width,
            Chin = chin,
            Jaw = Around(ref random, 1, 0.06f),
            Top = Around(ref random, -3.35f, 0.12f),
            NoseBase = noseBase,
            NoseTip = noseBase - Around(ref random, 0.27f, 0.04f),
            NoseWidth = Around(ref random, 0.5f, 0.06f),
            NoseHeight = Around(ref random, 0.66f, 0.09f),
            EyeWidth = Around(ref random, 0.45f, 0.025f),
            UpperLid = Around(ref random, 0.185f, 0.025f) + (surprise * 0.2f) - (0.04f * Math.Max(smile, 0)),
            LowerLid = Around(ref random, 0.115f, 0.015f) - (0.04f * Math.Max(smile, 0)),
            EyeTilt = Around(ref random, 0.05f, 0.05f),
            BrowY = Around(ref random, -0.56f, 0.06f) - raise,
            BrowArch = Around(ref random, 0.14f, 0.05f),
            BrowTilt = Around(ref random, 0.02f, 0.06f),
            Brow = (float)random.Uniform(0.05, 0.14),
            MouthY = chin * Around(ref random, 0.605f, 0.015f),
            MouthWidth = Around(ref random, 0.72f, 0.05f) * (1 + (0.25f * Math.Max(smile, 0)) - (0.15f * open)),
            UpperLip = Math.Max(Around(ref random, 0.19f, 0.045f) * (1 - (0.35f * Math.Max(smile, 0))), 0.06f),
            LowerLip = Math.Max(Around(ref random, 0.27f, 0.045f) * (1 - (0.2f * Math.Max(smile, 0))), 0.1f),
            Bones = (float)random.Uniform(),
            Cheeks = (float)random.Uniform(-1, 1),
            Open = open,
            Smile = smile,
            Blink = blink,
        };
    }

    /// <summary>Where a height of the face at rest goes when the jaw drops.</summary>
    public float Dropped(float y) => y + (Open * Math.Clamp((y - MouthY + 0.1f) * 5, 0, 1));

    /// <summary>The height of the face at rest that <see cref="Dropped"/> takes to <paramref name="y"/>.</summary>
    public float AtRest(float y)
    {
        var from = MouthY - 0.1f;
        if (y <= from) return y;
        var inside = from + ((y - from) / (1 + (5 * Open)));
        return inside <= from + 0.2f ? inside : y - Open;
    }

    private static float Around(ref RandomStream random, float mean, float deviation) => mean + (deviation * (float)Math.Clamp(random.Bell(), -2.2, 2.2));
}
