using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>How a head is turned and where it appears. Angles in radians.</summary>
/// <param name="Yaw">Positive looks to the right of the picture.</param>
/// <param name="Pitch">Positive looks down.</param>
/// <param name="Roll">Positive leans to the right of the picture.</param>
/// <param name="Distance">The viewer's, in the head's units.</param>
internal sealed record FacePose(float Yaw, float Pitch, float Roll, float Distance)
{
    /// <summary>Where the neck turns.</summary>
    private static readonly Vector3 Pivot = new(0, 1.9f, -2.4f);

    private readonly Turn _head = Turn.Of(Yaw, Pitch, Roll);
    private readonly Turn _body = Turn.Of(0.35f * Yaw, 0.2f * Pitch, 0.25f * Roll);

    /// <summary>Pixels a unit at the pivot's depth, and the pivot's place in the picture.</summary>
    public float Scale { get; init; } = 1;

    public Vector2 Centre { get; init; }

    public static FacePose Draw(ref RandomStream random)
    {
        const float Degree = MathF.PI / 180;
        var yaw = random.Uniform() < 0.5 ? random.Uniform(-45, 45) : random.Bell() * 14;
        var (pitch, roll) = (Math.Clamp(random.Bell() * 10, -25, 25), Math.Clamp(random.Bell() * 11, -32, 32));
        return new FacePose((float)Math.Clamp(yaw, -45, 45) * Degree, (float)pitch * Degree, (float)roll * Degree, (float)random.Uniform(14, 45));
    }

    /// <summary>A point of the head (or, with <paramref name="isBody"/>, below it) in the viewer's space.</summary>
    public Vector3 Place(Vector3 point, bool isBody = false) => (isBody ? _body : _head).Of(point - Pivot);

    public Vector3 Direct(Vector3 direction, bool isBody = false) => (isBody ? _body : _head).Of(direction);

    /// <summary>Picture coordinates of a point in the viewer's space.</summary>
    public Vector2 Project(Vector3 placed) => Centre + (new Vector2(placed.X, placed.Y) * (Scale * Distance / (Distance - placed.Z)));

    private readonly record struct Turn(Vector3 X, Vector3 Y, Vector3 Z)
    {
        public static Turn Of(float yaw, float pitch, float roll)
        {
            var ((sy, cy), (sp, cp), (sr, cr)) = (MathF.SinCos(yaw), MathF.SinCos(pitch), MathF.SinCos(roll));
            return new(Rolled(new(cy, sp * -sy, -sy * cp)), Rolled(new(0, cp, -sp)), Rolled(new(sy, sp * cy, cp * cy)));

            Vector3 Rolled(Vector3 v) => new((cr * v.X) - (sr * v.Y), (sr * v.X) + (cr * v.Y), v.Z);
        }

        public Vector3 Of(Vector3 v) => (X * v.X) + (Y * v.Y) + (Z * v.Z);
    }
}
